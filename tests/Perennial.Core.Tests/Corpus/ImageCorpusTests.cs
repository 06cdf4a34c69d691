using System.Text.Json.Nodes;
using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Core.Tests.Images;

namespace Perennial.Core.Tests.Corpus;

public sealed class ImageCorpusTests : IDisposable
{
    private readonly CorpusFolder _folder = new();

    private ImageCorpus Corpus => _folder.Corpus;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_added_image_can_be_found_and_read()
    {
        var png = Pictures.Png(1, 12, 9);
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        var outcome = Assert.Single(Corpus.Add([new IncomingImage(png, "cat", new JsonObject { ["camera"] = 7 })]));
        Assert.Equal(new AddOutcome(ImageId.Of(png), false, 12, 9, null, null), outcome);
        var record = Corpus.Find(outcome.Id!)!;
        Assert.Equal(("cat", 12, 9, "png", (long)png.Length), (record.Label, record.Width, record.Height, record.Format, record.Bytes));
        Assert.Equal(7, (int)record.Metadata!["camera"]!);
        Assert.Equal(Splits.Of(record.Id), record.Split);
        Assert.InRange(record.ReceivedAt, before, DateTimeOffset.UtcNow);
        Assert.Equal(png, Corpus.ReadOriginal(outcome.Id!));
        Assert.Equal(png, File.ReadAllBytes(Corpus.OriginalPath(outcome.Id!)!));
    }

    [Fact]
    public void What_was_added_is_there_after_opening_again()
    {
        var ids = Enumerable.Range(0, 20).Select(seed => _folder.Add(seed, $"label {seed}")).ToArray();
        _folder.Reopen();
        Assert.Equal(RepairReport.Clean, _folder.Catalogue.Repair);
        Assert.Equal(20, Corpus.Count);
        Assert.All(ids.Index(), id => Assert.Equal($"label {id.Index}", Corpus.Find(id.Item)!.Label));
        Assert.All(ids.Index(), id => Assert.Equal(Pictures.Png(id.Index), Corpus.ReadOriginal(id.Item)));
    }

    [Fact]
    public void The_same_image_twice_is_one_image_with_its_first_label_and_metadata()
    {
        var png = Pictures.Png(1);
        var outcomes = Corpus.Add([new IncomingImage(png), new IncomingImage(png, "cat", new JsonObject { ["a"] = 1 }), new IncomingImage(png, "dog", new JsonObject { ["a"] = 2 })]);
        Assert.Equal([false, true, true], outcomes.Select(outcome => outcome.Duplicate));
        Assert.True(Corpus.Add([new IncomingImage(png, "bird")])[0].Duplicate);
        Assert.Equal(1, Corpus.Count);
        var record = Corpus.Find(outcomes[0].Id!)!;
        Assert.Equal(("cat", 1), (record.Label, (int)record.Metadata!["a"]!));
        Assert.Equal(2, Corpus.LastChange); // added, then labelled; the others changed nothing
    }

    [Fact]
    public void Many_threads_that_add_the_same_images_make_one_row_each()
    {
        var outcomes = new AddOutcome[8][];
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
            outcomes[thread] = [.. Corpus.Add([.. Enumerable.Range(0, 5).Select(seed => new IncomingImage(Pictures.Png(seed)))])]);
        Assert.All(outcomes.SelectMany(list => list), outcome => Assert.Null(outcome.ErrorCode));
        Assert.Equal(5, outcomes.SelectMany(list => list).Count(outcome => !outcome.Duplicate));
        Assert.Equal(5, Corpus.Count);
        Assert.Equal(5, _folder.OriginalFiles().Length);
    }

    [Fact]
    public void Adding_and_deleting_at_once_leaves_rows_with_their_files()
    {
        var ids = Enumerable.Range(0, 4).Select(seed => ImageId.Of(Pictures.Png(seed))).ToArray();
        using var other = Catalogue.Open(_folder.Path); // as another process would
        var otherCorpus = new ImageCorpus(other, new ImageLimits(), TimeProvider.System);
        Parallel.For(0, 120, new ParallelOptions { MaxDegreeOfParallelism = 6 }, turn =>
        {
            var corpus = turn % 2 == 0 ? Corpus : otherCorpus;
            if (turn % 3 == 0) corpus.Delete(ids[turn / 3 % 4]);
            else Assert.Null(Assert.Single(corpus.Add([new IncomingImage(Pictures.Png(turn % 4))])).ErrorCode);
        });
        var rows = Corpus.Enumerate().Select(record => record.Id).ToHashSet();
        Assert.All(rows, id => Assert.NotNull(Corpus.ReadOriginal(id)));
        Assert.Equal(rows.Count, _folder.OriginalFiles().Length);
        Assert.All(Corpus.ChangesAfter(0, 10), change => Assert.Equal(change.Deleted, !rows.Contains(change.ImageId)));
    }

    [Fact]
    public void A_refused_image_does_not_hold_up_the_others()
    {
        var outcomes = Corpus.Add(
        [
            new IncomingImage(Pictures.Png(1)), new IncomingImage("text"u8.ToArray()), new IncomingImage(Pictures.Png(2), "a\tb"),
            new IncomingImage(Array.Empty<byte>()), new IncomingImage(Pictures.Png(3)[..^20]), new IncomingImage(PngWriter.Promise(30_000, 30_000)),
            new IncomingImage("text"u8.ToArray()), new IncomingImage(Pictures.Png(4)),
        ]);
        Assert.Equal(
            [null, "unsupported_image", "invalid_request", "empty_image", "corrupt_image", "image_too_large", "unsupported_image", null],
            outcomes.Select(outcome => outcome.ErrorCode));
        Assert.All(outcomes, outcome => Assert.Equal(outcome.ErrorCode is null, outcome is { Id: not null, ErrorMessage: null, Width: 8, Height: 8 }));
        Assert.Equal(2, Corpus.Count);
        Assert.Equal(2, _folder.OriginalFiles().Length);
    }

    [Fact]
    public void A_deleted_image_is_gone_and_may_come_again()
    {
        var id = _folder.Add(1, "cat");
        Assert.True(Corpus.Delete(id));
        Assert.False(Corpus.Delete(id));
        Assert.Null(Corpus.Find(id));
        Assert.Null(Corpus.ReadOriginal(id));
        Assert.Null(Corpus.OriginalPath(id));
        Assert.False(Corpus.SetLabel(id, "dog"));
        Assert.Empty(_folder.OriginalFiles());
        Assert.Equal([new ImageChange(2, id, true)], Corpus.ChangesAfter(0, 10));
        Assert.Equal(id, _folder.Add(1));
        Assert.Null(Corpus.Find(id)!.Label);
        Assert.Equal([new ImageChange(3, id, false)], Corpus.ChangesAfter(0, 10));
    }

    [Fact]
    public void A_label_can_be_given_changed_and_taken_away()
    {
        var id = _folder.Add(1);
        Assert.True(Corpus.SetLabel(id, "cat"));
        Assert.True(Corpus.SetLabel(id, "cat")); // no change
        Assert.Equal((2, "cat"), (Corpus.LastChange, Corpus.Find(id)!.Label));
        Assert.True(Corpus.SetLabel(id, null));
        Assert.Equal((3, null), (Corpus.LastChange, Corpus.Find(id)!.Label));
        Assert.Throws<ArgumentException>(() => Corpus.SetLabel(id, " "));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../perennial.db")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    [InlineData("/bcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789")]
    [InlineData("' OR 1=1 --")]
    public void What_is_no_id_names_no_image(string id)
    {
        _folder.Add(1);
        Assert.Null(Corpus.Find(id));
        Assert.Null(Corpus.ReadOriginal(id));
        Assert.Null(Corpus.OriginalPath(id));
        Assert.False(Corpus.Delete(id));
        Assert.False(Corpus.SetLabel(id, "x"));
        Assert.Equal(1, Corpus.Count);
    }

    [Fact]
    public void Hostile_labels_and_metadata_are_only_text()
    {
        const string Label = "'); DROP TABLE images; --";
        var id = Assert.Single(Corpus.Add([new IncomingImage(Pictures.Png(1), Label, new JsonObject { ["k\"'"] = "\u0000\n</script>🦉" })])).Id!;
        Assert.Equal((Label, "\u0000\n</script>🦉"), (Corpus.Find(id)!.Label, (string?)Corpus.Find(id)!.Metadata!["k\"'"]));
        Assert.Equal(1, Corpus.LabelCounts()[Label]);
    }

    [Fact]
    public void Records_are_enumerated_in_the_order_of_their_ids_by_split_and_label()
    {
        var png = Enumerable.Range(0, 1100).Select(seed => new IncomingImage(Pictures.Png(seed, 4, 4), seed % 3 == 0 ? "a" : seed % 3 == 1 ? "b" : null)).ToArray();
        Corpus.Add(png); // more than one page
        var all = Corpus.Enumerate().ToList();
        Assert.Equal(png.Select(image => ImageId.Of(image.Bytes.Span)).Order(StringComparer.Ordinal), all.Select(record => record.Id));
        Assert.Equal(all.Where(record => record.Split == Split.Test), Corpus.Enumerate(Split.Test), (one, other) => one.Id == other.Id);
        Assert.Equal(all.Where(record => record.Label is null).Select(record => record.Id), Corpus.Enumerate(labelled: false).Select(record => record.Id));
        Assert.Equal(
            all.Where(record => record is { Label: not null, Split: Split.Train }).Select(record => record.Id),
            Corpus.Enumerate(Split.Train, labelled: true).Select(record => record.Id));
        Assert.Equal(new Dictionary<string, long> { ["a"] = 367, ["b"] = 367 }, Corpus.LabelCounts());
    }
}
