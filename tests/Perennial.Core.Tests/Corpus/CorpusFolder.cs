using Microsoft.Data.Sqlite;
using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Core.Tests.Images;

namespace Perennial.Core.Tests.Corpus;

/// <summary>A data directory of its own that can be closed and opened again.</summary>
internal sealed class CorpusFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CorpusFolder() => Open();

    public string Path => _folder.Path;

    public Catalogue Catalogue { get; private set; } = null!;

    public ImageCorpus Corpus { get; private set; } = null!;

    public string OriginalsPath => System.IO.Path.Combine(Path, "corpus");

    public void Open()
    {
        Catalogue = Catalogue.Open(Path);
        Corpus = new ImageCorpus(Catalogue, new ImageLimits(), TimeProvider.System);
    }

    public void Reopen()
    {
        Catalogue.Dispose();
        Open();
    }

    public string Add(int seed, string? label = null) => Assert.Single(Corpus.Add([new IncomingImage(Pictures.Png(seed), label)])).Id!;

    public string PathOf(string id) => System.IO.Path.Combine(OriginalsPath, id[..2], id[2..]);

    public long Scalar(string sql)
    {
        using var connection = Catalogue.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public string[] OriginalFiles() => Directory.GetFiles(OriginalsPath, "*", SearchOption.AllDirectories);

    public void Dispose()
    {
        Catalogue.Dispose();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
