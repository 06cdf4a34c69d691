using Dapper;
using Perennial.Core.Corpus;

namespace Perennial.Core.Tests.Corpus;

public sealed class CatalogueTests
{
    [Fact]
    public void What_is_committed_is_on_the_disk()
    {
        using var folder = new CorpusFolder();
        using var connection = folder.Catalogue.Connect();
        Assert.Equal("wal", connection.ExecuteScalar<string>("PRAGMA journal_mode"));
        Assert.Equal(2, connection.ExecuteScalar<long>("PRAGMA synchronous")); // FULL
        Assert.Equal(1, connection.ExecuteScalar<long>("PRAGMA foreign_keys"));
        Assert.Equal(30_000, connection.ExecuteScalar<long>("PRAGMA busy_timeout"));
    }

    [Fact]
    public void All_tables_are_there()
    {
        using var folder = new CorpusFolder();
        using var connection = folder.Catalogue.Connect();
        var tables = connection.Query<string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        Assert.Equal(["changes", "collections", "images", "policy", "promotion", "runs"], tables);
    }

    [Fact]
    public void Promotion_and_policy_have_one_row()
    {
        using var folder = new CorpusFolder();
        using var connection = folder.Catalogue.Connect();
        const string Promote = "INSERT INTO promotion (generation, promoted_at) VALUES (@generation, 0) ON CONFLICT (one) DO UPDATE SET previous = generation, generation = excluded.generation";
        connection.Execute(Promote, new { generation = 3 });
        connection.Execute(Promote, new { generation = 4 });
        Assert.Equal((4, 3), connection.QuerySingle<(long, long)>("SELECT generation, previous FROM promotion"));
    }

    [Fact]
    public void A_catalogue_of_a_newer_version_is_left_alone()
    {
        using var folder = new CorpusFolder();
        using (var connection = folder.Catalogue.Connect()) connection.Execute("PRAGMA user_version = 99");
        folder.Catalogue.Dispose();
        Assert.Contains("schema 99", Assert.Throws<CatalogueException>(() => Catalogue.Open(folder.Path)).Message);
    }

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("perennial.db"), new string('x', 5000));
        Assert.Contains("perennial.db", Assert.Throws<CatalogueException>(() => Catalogue.Open(folder.Path)).Message);
    }

    [Fact]
    public void Several_that_open_a_new_directory_at_once_agree()
    {
        using var folder = new TemporaryFolder();
        var opened = new Catalogue[6];
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, at => opened[at] = Catalogue.Open(folder.Path));
        foreach (var catalogue in opened)
        {
            using (var connection = catalogue.Connect()) Assert.Equal(0, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM images"));
            catalogue.Dispose();
        }
    }
}
