using System.Security.Cryptography;
using System.Text;
using Perennial.Core.Corpus;
using Perennial.Core.Images;

namespace Perennial.Core.Tests.Corpus;

public sealed class CorpusSnapshotTests : IDisposable
{
    private readonly CorpusFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => Path.Combine(_folder.Path, "runs", "r1", "snapshot.tsv");

    [Fact]
    public void A_snapshot_has_one_line_an_image_and_reads_back()
    {
        var ids = Enumerable.Range(0, 30).Select(seed => _folder.Add(seed, seed % 2 == 0 ? $"label {seed}" : null)).ToArray();
        var snapshot = _folder.Corpus.TakeSnapshot(Target);
        var sorted = ids.Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(sorted.Select(id => $"{id}\t{_folder.Corpus.Find(id)!.Label}"), File.ReadAllLines(Target));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(sorted.Select(id => id + "\n"))))), snapshot.Id);
        var test = sorted.Count(id => Splits.Of(id) == Split.Test);
        Assert.Equal((30, 30 - test, test, 15), (snapshot.Images, snapshot.Train, snapshot.Test, snapshot.Labelled));
        var read = CorpusSnapshot.Read(Target);
        Assert.Equal(snapshot.Entries, read.Entries);
        Assert.Equal((snapshot.Id, snapshot.Path, snapshot.Labelled), (read.Id, read.Path, read.Labelled));
        Assert.Equal([Target], Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void A_snapshot_stays_what_it_was_when_the_corpus_goes_on()
    {
        var id = _folder.Add(1, "cat");
        _folder.Corpus.TakeSnapshot(Target);
        _folder.Add(2);
        _folder.Corpus.SetLabel(id, "dog");
        Assert.Equal([new SnapshotEntry(id, "cat", Splits.Of(id))], CorpusSnapshot.Read(Target).Entries);
    }

    [Fact]
    public void An_empty_corpus_has_an_empty_snapshot()
    {
        var snapshot = _folder.Corpus.TakeSnapshot(Target);
        Assert.Equal((0, 0, 0, 0), (snapshot.Images, snapshot.Train, snapshot.Test, snapshot.Labelled));
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", CorpusSnapshot.Read(Target).Id); // SHA-256 of nothing
    }

    [Fact]
    public void A_damaged_snapshot_names_its_line()
    {
        _folder.Add(1);
        _folder.Corpus.TakeSnapshot(Target);
        File.AppendAllText(Target, "../../etc/passwd\tx\n");
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => CorpusSnapshot.Read(Target)).Message);
    }

    [Fact]
    public void Tiles_are_made_of_a_snapshot_without_what_was_deleted_since()
    {
        var ids = Enumerable.Range(0, 10).Select(seed => _folder.Add(seed, $"{seed}")).ToArray();
        var snapshot = _folder.Corpus.TakeSnapshot(Target);
        _folder.Corpus.Delete(ids[3]);
        using var tiles = TileSet.Decode(
            _folder.Corpus.TileSources(snapshot), new Preprocessing { Size = 8 }, _folder.Corpus.Limits, null, null, TestContext.Current.CancellationToken);
        Assert.Equal(ids.Where(id => id != ids[3]).Order(StringComparer.Ordinal), tiles.Ids);
        Assert.Equal(ids[3], Assert.Single(tiles.Skipped).Name);
        Assert.DoesNotContain(_folder.Path, tiles.Skipped[0].Reason);
    }
}
