using Perennial.Inference.Engines.TensorRt;

namespace Perennial.Inference.Engines;

/// <summary>The engines of this build, the best one first.</summary>
public static class EngineCandidates
{
    internal static EngineCandidate OnnxRuntimeCpu { get; } = OnnxRuntime(EngineKinds.OnnxRuntimeCpu, OnnxRuntimeProvider.Cpu);

    /// <summary>In order of preference.</summary>
    public static IReadOnlyList<EngineCandidate> All { get; } =
    [
        TensorRtCandidate.Create(),
        OnnxRuntime(EngineKinds.OnnxRuntimeTensorRt, OnnxRuntimeProvider.TensorRt),
        OnnxRuntime(EngineKinds.OnnxRuntimeCuda, OnnxRuntimeProvider.Cuda),
        OnnxRuntimeCpu,
    ];

    /// <summary>Why an engine cannot be tried here, without a full stop; null where it can.</summary>
    /// <param name="kind">One of <see cref="EngineKinds"/> but "auto".</param>
    /// <param name="options">GPU and cache folder.</param>
    public static string? Missing(string kind, EngineOptions options) => Missing(All, kind, options);

    /// <summary>The same among other engines than those of this build.</summary>
    public static string? Missing(IEnumerable<EngineCandidate> candidates, string kind, EngineOptions options)
    {
        if (candidates.FirstOrDefault(candidate => candidate.Kind == kind) is not { } named)
            return $"this build has no engine {kind}";
        try
        {
            return named.Missing(options)?.TrimEnd('.');
        }
        catch (Exception exception)
        {
            return exception.Message.TrimEnd('.');
        }
    }

    private static EngineCandidate OnnxRuntime(string kind, OnnxRuntimeProvider provider) => new(
        kind, provider != OnnxRuntimeProvider.Cpu,
        options => OnnxRuntimeProviders.Missing(provider, options),
        (onnxPath, digest, options) => OnnxRuntimeEngine.Load(onnxPath, digest, options, provider));
}
