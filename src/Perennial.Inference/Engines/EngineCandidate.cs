namespace Perennial.Inference.Engines;

/// <summary>One way to run a network.</summary>
/// <param name="Kind">One of <see cref="EngineKinds"/>.</param>
/// <param name="UsesGpu">Whether it runs on <see cref="EngineOptions.Gpu"/> rather than on the processor.</param>
/// <param name="Missing">What it lacks on this machine or in this build; null where it can be tried. Loads no model of ours.</param>
/// <param name="Load">Makes the engine.</param>
public sealed record EngineCandidate(string Kind, bool UsesGpu, Func<EngineOptions, string?> Missing, EngineLoader Load)
{
    /// <summary>The variants of an encoder that it can run.</summary>
    public IReadOnlyList<string> Precisions { get; init; } = [EncoderPrecision.Fp32, EncoderPrecision.Fp16, EncoderPrecision.Int8];

    /// <summary>Builds a plan for this engine ahead of its use; null where it has none.</summary>
    public PlanWriter? WritePlan { get; init; }

    /// <summary>"cpu" or "cuda:0".</summary>
    public string Device(EngineOptions options) => UsesGpu ? $"cuda:{options.Gpu}" : "cpu";
}
