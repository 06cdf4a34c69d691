using Perennial.Core.Generations;
using Perennial.Core.Images;

namespace Perennial.Core.Tests.Generations;

/// <summary>A small generation whose encoder is a few bytes.</summary>
internal static class SampleGeneration
{
    public static GenerationFolder Commit(GenerationStore store, string encoder = "an encoder")
    {
        using GenerationDraft draft = store.Begin();
        File.WriteAllText(Path.Combine(draft.Path, GenerationFiles.Encoder), encoder);
        File.WriteAllText(Path.Combine(draft.Path, GenerationFiles.Weights), "weights");
        return draft.Commit(Manifest);
    }

    public static GenerationManifest Manifest(int number, IReadOnlyDictionary<string, string> files) => new()
    {
        Number = number,
        Digest = "sha256:" + files[GenerationFiles.Encoder],
        Files = files,
        Parent = 3,
        Run = "run-1",
        Method = "simclr",
        RecipeYaml = "method: simclr\nepochs: 5\n",
        Corpus = new CorpusSummary("ab", 100, 90, 10, 42),
        Backbone = new BackboneDescription("resnet10", 16, "small"),
        Dimensions = 128,
        Preprocessing = new Preprocessing { Size = 32, Resize = ResizeMode.Squash, Mean = [0.5f, 0.4f, 0.3f] },
        Precisions = ["fp32", "fp16"],
        Metrics = new Dictionary<string, double> { ["rankMe"] = 38.6 },
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        DurationSeconds = 12.5,
        Seeds = new Dictionary<string, long> { ["weights"] = 7 },
        Versions = new Dictionary<string, string> { ["perennial"] = "0.1.0" },
        Tolerance = new Dictionary<string, ProbeTolerance> { ["fp32"] = new(0.9999, 1e-4) },
    };
}
