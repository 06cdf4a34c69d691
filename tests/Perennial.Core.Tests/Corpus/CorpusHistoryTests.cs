using Perennial.Core.Corpus;

namespace Perennial.Core.Tests.Corpus;

public sealed class CorpusHistoryTests : IDisposable
{
    private readonly CorpusFolder _folder = new();
    private readonly CorpusHistory _history;
    private readonly string[] _ids;

    /// <summary>Eight images, received at 0, 1, 2, ... seconds; every third one has a label.</summary>
    public CorpusHistoryTests()
    {
        _history = new CorpusHistory(_folder.Catalogue);
        _ids = [.. Enumerable.Range(0, 8).Select(i => _folder.Add(i, i % 3 == 0 ? "third" : null))];
        using var connection = _folder.Catalogue.Connect();
        for (int i = 0; i < _ids.Length; i++)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"UPDATE images SET received_at = {i * 1000}, split = 'train' WHERE id = '{_ids[i]}'";
            command.ExecuteNonQuery();
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Counts_part_at_the_moment() => Assert.Equal((5, 3, 2), (_history.CountAfter(At(2)), _history.CountUntil(At(2)), _history.CountAfter(At(2), labelled: true)));

    [Fact]
    public void The_newest_come_first()
    {
        Assert.Equal([_ids[7], _ids[6], _ids[5]], _history.NewestAfter(At(2), 3).Select(image => image.Id));
        Assert.Equal([(_ids[6], "third"), (_ids[3], "third")], _history.NewestAfter(At(2), 3, labelled: true));
    }

    [Fact]
    public void A_sample_is_of_old_images_alone_and_in_the_order_of_their_hashes()
    {
        Assert.Equal(_ids[..5].Order(StringComparer.Ordinal).Take(4), _history.SampleUntil(At(4), 4).Select(image => image.Id));
        Assert.Equal(new[] { _ids[0], _ids[3] }.Order(StringComparer.Ordinal), _history.SampleUntil(At(4), 100, labelled: true).Select(image => image.Id));
    }

    [Fact]
    public void A_stretch_is_in_the_order_of_receipt() => Assert.Equal(_ids[1..3], _history.StretchUntil(At(4), 1, 2));

    private static DateTimeOffset At(int seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
