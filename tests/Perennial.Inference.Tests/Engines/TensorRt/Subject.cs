using Perennial.Inference.Engines.TensorRt;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines.TensorRt;

/// <summary>A TensorRT to test: a stand-in, or the one of this machine. At the end nothing must live that was made, and nothing must have been wrong.</summary>
internal sealed class Subject : IDisposable
{
    public const string Real = "real";
    public const int MaxBatch = 4;

    private readonly TemporaryFolder _folder;

    public Subject(StandInBuild build, string which, int streams = 2)
    {
        if (which != Real)
        {
            Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
            StandIn = build[int.Parse(which)];
            StandIn.Reset();
        }
        TensorRtLibrary.Forget();
        if (which == Real && !TensorRtLibrary.TryOpen(new TensorRtOptions(), out _, out string? reason))
        {
            Assert.Null(Environment.GetEnvironmentVariable(TensorRtOptions.FolderVariable));
            Assert.Skip(reason);
        }
        _folder = new TemporaryFolder(); // once nothing is skipped any more
        Options = new TensorRtOptions
        {
            Folder = StandIn?.Folder,
            CacheDirectory = Path.Combine(_folder.Path, "plans"),
            MaxBatch = MaxBatch,
            Streams = streams,
            WorkspaceMegabytes = 64,
            Log = (severity, text) => { lock (Log) Log.Add((severity, text, Environment.CurrentManagedThreadId)); },
        };
        Model = _folder.Write("encoder.fp16.onnx", ChannelMeans.ToOnnx());
    }

    /// <summary>Null for the real one.</summary>
    public StandIn? StandIn { get; }

    public TensorRtOptions Options { get; set; }

    /// <summary>An ONNX file of <see cref="ChannelMeans"/>.</summary>
    public string Model { get; }

    public string Digest { get; } = new('a', 64);

    /// <summary>What the library said, to be locked.</summary>
    public List<(TensorRtSeverity Severity, string Text, int Thread)> Log { get; } = [];

    public string[] Plans => Directory.Exists(Options.CacheDirectory) ? Directory.GetFiles(Options.CacheDirectory, "*.plan") : [];

    public string[] Stamps => [.. Plans.Select(plan => Path.ChangeExtension(plan, ".json"))];

    public TensorRtEngine Load() => TensorRtEngine.Load(Model, Digest, Options);

    public string Write(string name, byte[] bytes) => _folder.Write(name, bytes);

    /// <summary>Nothing lives and nothing was wrong.</summary>
    public void Clean()
    {
        if (StandIn is null)
            return;
        Assert.Equal("", StandIn.Violations);
        Assert.Equal("", StandIn.Living);
        Assert.Equal(0, StandIn["live"]);
    }

    public void Dispose() => _folder.Dispose();
}
