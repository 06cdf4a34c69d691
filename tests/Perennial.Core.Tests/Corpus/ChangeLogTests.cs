using CsCheck;
using Perennial.Core.Corpus;

namespace Perennial.Core.Tests.Corpus;

public sealed class ChangeLogTests
{
    [Fact]
    public void Numbers_are_never_given_twice_even_when_the_newest_change_gave_way_and_the_catalogue_was_opened_again()
    {
        using var folder = new CorpusFolder();
        var id = folder.Add(1);
        var seen = new List<long> { folder.Corpus.LastChange };
        for (var turn = 0; turn < 5; turn++)
        {
            folder.Corpus.Delete(id);
            seen.Add(folder.Corpus.LastChange);
            folder.Reopen();
            folder.Add(1);
            seen.Add(folder.Corpus.LastChange);
        }

        Assert.Equal(Enumerable.Range(1, 11).Select(number => (long)number), seen);
        Assert.Single(folder.Corpus.ChangesAfter(0, 100));
    }

    [Fact]
    public void Each_collection_follows_with_a_cursor_of_its_own()
    {
        using var folder = new CorpusFolder();
        for (var seed = 0; seed < 5; seed++) folder.Add(seed);
        Assert.Equal((0, 5), (folder.Corpus.CursorOf("one"), folder.Corpus.Lag("one")));
        var first = folder.Corpus.ChangesAfter(0, 3);
        Assert.Equal([1, 2, 3], first.Select(change => change.Seq));
        folder.Corpus.SetCursor("one", 128, first[^1].Seq);
        folder.Corpus.SetCursor("other", 64, 5);
        folder.Reopen();
        Assert.Equal((3, 2), (folder.Corpus.CursorOf("one"), folder.Corpus.Lag("one")));
        Assert.Equal((5, 0), (folder.Corpus.CursorOf("other"), folder.Corpus.Lag("other")));
        folder.Corpus.ForgetCursor("one");
        Assert.Equal((0, 5), (folder.Corpus.CursorOf("one"), folder.Corpus.Lag("one")));
    }

    // A follower that replays changes, in pages of any size and at any moment, ends with what the corpus holds.
    [Fact]
    public void A_follower_ends_with_what_the_corpus_holds()
    {
        var step = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[1, 4]); // what, which image, page
        step.Array[1, 40].Sample(
            steps =>
            {
                using var folder = new CorpusFolder();
                var corpus = folder.Corpus;
                var followed = new Dictionary<string, string?>();
                var cursor = 0L;
                foreach (var (what, image, page) in steps)
                {
                    var id = ImageId.Of(Images.Pictures.Png(image));
                    if (what == 0) folder.Add(image, page % 2 == 0 ? "x" : null);
                    else if (what == 1) corpus.Delete(id);
                    else if (what == 2) corpus.SetLabel(id, $"label {page}");
                    else Follow(page);
                }

                while (Follow(2) > 0)
                {
                }

                Assert.Equal(corpus.Enumerate().ToDictionary(record => record.Id, record => record.Label), followed);
                Assert.Equal(corpus.LastChange, cursor);

                int Follow(int page)
                {
                    var changes = corpus.ChangesAfter(cursor, page);
                    foreach (var change in changes)
                    {
                        Assert.True(change.Seq > cursor);
                        cursor = change.Seq;
                        if (change.Deleted) followed.Remove(change.ImageId);
                        else if (corpus.Find(change.ImageId) is { } record) followed[record.Id] = record.Label;
                    }

                    return changes.Count;
                }
            },
            iter: 12, threads: 1);
    }
}
