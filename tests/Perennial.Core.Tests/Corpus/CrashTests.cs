using Dapper;
using Perennial.Core.Corpus;
using Perennial.Core.Tests.Images;

namespace Perennial.Core.Tests.Corpus;

/// <summary>What a kill at any moment leaves on the disk, and what the next opening makes of it.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly CorpusFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_while_a_file_was_written_aside_the_file_is_removed()
    {
        var kept = _folder.Add(1);
        _folder.Catalogue.Dispose();
        File.WriteAllBytes(Path.Combine(_folder.OriginalsPath, ".aside", "half"), Pictures.Png(2)[..20]);
        _folder.Open();
        Assert.Equal(new RepairReport(AsideFiles: 1, Orphans: 0, Lost: 0), _folder.Catalogue.Repair);
        Assert.Equal([_folder.PathOf(kept)], _folder.OriginalFiles());
    }

    [Fact]
    public void Killed_between_file_and_row_the_file_is_harmless_and_the_image_can_be_added()
    {
        var png = Pictures.Png(2);
        var id = ImageId.Of(png);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(id))!);
        File.WriteAllBytes(_folder.PathOf(id), png);
        Assert.Null(_folder.Corpus.Find(id));
        Assert.Null(_folder.Corpus.ReadOriginal(id));
        Assert.Null(_folder.Corpus.OriginalPath(id));
        Assert.False(_folder.Corpus.Delete(id));
        Assert.False(Assert.Single(_folder.Corpus.Add([new IncomingImage(png)])).Duplicate);
        Assert.Equal(png, _folder.Corpus.ReadOriginal(id));
    }

    [Fact]
    public void An_orphan_with_other_content_than_its_name_says_is_replaced()
    {
        var png = Pictures.Png(2);
        var id = ImageId.Of(png);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(id))!);
        File.WriteAllBytes(_folder.PathOf(id), png[..10]);
        _folder.Add(2);
        Assert.Equal(png, _folder.Corpus.ReadOriginal(id));
    }

    [Fact]
    public void An_orphan_is_removed_at_the_next_opening()
    {
        var (kept, gone) = (_folder.Add(1), _folder.Add(2));
        using (var connection = _folder.Catalogue.Connect()) connection.Execute("DELETE FROM images WHERE id = @gone", new { gone });
        _folder.Reopen();
        Assert.Equal(new RepairReport(AsideFiles: 0, Orphans: 1, Lost: 0), _folder.Catalogue.Repair);
        Assert.Equal([_folder.PathOf(kept)], _folder.OriginalFiles());
    }

    [Fact]
    public void A_row_whose_file_is_gone_is_given_up_as_deleted()
    {
        var (kept, gone) = (_folder.Add(1), _folder.Add(2));
        _folder.Catalogue.Dispose();
        File.Delete(_folder.PathOf(gone));
        _folder.Open();
        Assert.Equal(new RepairReport(AsideFiles: 0, Orphans: 0, Lost: 1), _folder.Catalogue.Repair);
        Assert.Equal(kept, Assert.Single(_folder.Corpus.Enumerate()).Id);
        Assert.Equal(new ImageChange(3, gone, true), _folder.Corpus.ChangesAfter(2, 10)[0]);
        Assert.Equal(gone, _folder.Add(2));
    }

    [Fact]
    public void A_file_removed_while_the_corpus_is_open_comes_back_when_the_image_does()
    {
        var id = _folder.Add(1, "cat");
        File.Delete(_folder.PathOf(id));
        Assert.Null(_folder.Corpus.ReadOriginal(id));
        Assert.True(Assert.Single(_folder.Corpus.Add([new IncomingImage(Pictures.Png(1))])).Duplicate);
        Assert.Equal(Pictures.Png(1), _folder.Corpus.ReadOriginal(id));
        Assert.Equal("cat", _folder.Corpus.Find(id)!.Label);
    }

    [Fact]
    public void A_disk_that_is_not_mounted_does_not_empty_the_catalogue()
    {
        _folder.Corpus.Add([.. Enumerable.Range(0, 150).Select(seed => new IncomingImage(Pictures.Png(seed)))]);
        _folder.Catalogue.Dispose();
        var hidden = Path.Combine(_folder.Path, "elsewhere");
        Directory.Move(_folder.OriginalsPath, hidden);
        Assert.Contains("150 of 150 originals are missing", Assert.Throws<CatalogueException>(_folder.Open).Message);
        Directory.Delete(_folder.OriginalsPath, recursive: true);
        Directory.Move(hidden, _folder.OriginalsPath);
        _folder.Open();
        Assert.Equal(150, _folder.Corpus.Count);
    }

    [Fact]
    public void Nothing_is_repaired_while_another_has_the_directory_open()
    {
        File.WriteAllBytes(Path.Combine(_folder.OriginalsPath, ".aside", "being written"), [1]);
        using (var other = Catalogue.Open(_folder.Path)) Assert.Equal(RepairReport.Clean, other.Repair);
        Assert.True(File.Exists(Path.Combine(_folder.OriginalsPath, ".aside", "being written")));
        _folder.Reopen();
        Assert.Equal(1, _folder.Catalogue.Repair.AsideFiles);
    }

    // The log (-wal) is cut at every length: what was committed before the cut is there, what came after is not, and the catalogue opens.
    [Fact]
    public void A_database_log_cut_anywhere_still_opens()
    {
        for (var seed = 0; seed < 6; seed++) _folder.Add(seed);
        var wal = File.ReadAllBytes(Path.Combine(_folder.Path, "perennial.db-wal"));
        var database = File.ReadAllBytes(Path.Combine(_folder.Path, "perennial.db"));
        Assert.NotEmpty(wal);
        for (var length = 0; length < wal.Length; length += (wal.Length / 12) + 1)
        {
            using var copy = new TemporaryFolder();
            File.WriteAllBytes(copy.File("perennial.db"), database);
            File.WriteAllBytes(copy.File("perennial.db-wal"), wal[..length]);
            foreach (var file in _folder.OriginalFiles())
            {
                var target = Path.Combine(copy.Path, Path.GetRelativePath(_folder.Path, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            using var catalogue = Catalogue.Open(copy.Path);
            using var connection = catalogue.Connect();
            Assert.Equal("ok", connection.ExecuteScalar<string>("PRAGMA integrity_check"));
            var rows = connection.ExecuteScalar<long>("SELECT COUNT(*) FROM images");
            Assert.Equal((6 - rows, 0), (catalogue.Repair.Orphans, catalogue.Repair.Lost));
        }
    }
}
