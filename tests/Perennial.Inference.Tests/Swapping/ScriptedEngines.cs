using Perennial.Inference.Engines;

namespace Perennial.Inference.Tests.Swapping;

/// <summary>Engines to choose from that do what a test says.</summary>
internal static class ScriptedEngines
{
    /// <summary>The processor alone, without fast int8.</summary>
    public static EngineSelection Cpu(Func<string, EngineOptions, IInferenceEngine> load) =>
        new([new EngineCandidate(EngineKinds.OnnxRuntimeCpu, UsesGpu: false, _ => null, (path, _, options) => load(path, options))], fastInt8: false);
}
