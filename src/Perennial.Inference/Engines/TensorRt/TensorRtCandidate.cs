using Perennial.Inference.Engines.TensorRt.Interop;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>TensorRT as one of the engines that are chosen from.</summary>
internal static class TensorRtCandidate
{
    public static EngineCandidate Create() => new(EngineKinds.TensorRt, UsesGpu: true, Missing, Load) { Precisions = [EncoderPrecision.Fp16], WritePlan = WritePlan };

    private static string? Missing(EngineOptions options) => TensorRtLibrary.TryOpen(OptionsOf(options), out _, out string? reason) ? null : reason;

    private static IInferenceEngine Load(string onnxPath, string digest, EngineOptions options) => TensorRtEngine.Load(onnxPath, digest, OptionsOf(options));

    private static void WritePlan(string onnxPath, string digest, EngineOptions options, string planPath)
    {
        TensorRtOptions own = OptionsOf(options);
        TensorRtLibrary library = TensorRtLibrary.Open(own);
        library.Native.Cuda.Use(library.Device.Index);
        using NvHostMemory plan = PlanBuilding.Build(library, File.ReadAllBytes(onnxPath), own);
        using (FileStream file = File.Create(planPath + ".part")) file.Write(plan.Bytes);
        File.Move(planPath + ".part", planPath, overwrite: true);
    }

    private static TensorRtOptions OptionsOf(EngineOptions options) => new() { CacheDirectory = options.CacheFolder, Device = options.Gpu, MaxBatch = options.MaxBatch };
}
