using Perennial.Inference.Engines.TensorRt.Interop;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>From the bytes of an ONNX file to a plan for the GPU at hand.</summary>
internal static class PlanBuilding
{
    /// <summary>Builds with one optimisation profile over the batch: 1, the best and the largest. Takes seconds to minutes.</summary>
    /// <param name="library">Library and GPU; the GPU is the calling thread's own already.</param>
    /// <param name="onnx">A whole ONNX file. Its types are kept as they are: half precision is the file's, not a choice of the builder.</param>
    /// <param name="options">Batch sizes and workspace.</param>
    /// <exception cref="EngineException">TensorRT cannot read or build it, or it is not an encoder.</exception>
    public static NvHostMemory Build(TensorRtLibrary library, ReadOnlySpan<byte> onnx, TensorRtOptions options)
    {
        using NvBuilder builder = library.Native.CreateBuilder();
        using NvNetwork network = builder.CreateNetwork();
        using NvOnnxParser parser = library.Native.CreateParser(network); // owns weights that the network points to: goes after the build
        parser.Parse(onnx);
        int[] item = PlanSignature.Of(network).ItemShape;

        using NvBuilderConfig config = builder.CreateConfig();
        config.LimitWorkspace((long)options.WorkspaceMegabytes << 20);
        NvOptimizationProfile profile = builder.CreateProfile();
        profile.Set(ModelSignature.Image, NvProfileSelector.Min, new Dims([1, .. item]));
        profile.Set(ModelSignature.Image, NvProfileSelector.Opt, new Dims([options.Best, .. item]));
        profile.Set(ModelSignature.Image, NvProfileSelector.Max, new Dims([options.MaxBatch, .. item]));
        if (!profile.IsValid)
            throw new EngineException($"TensorRT finds the optimisation profile 1, {options.Best}, {options.MaxBatch} not valid.");
        config.Add(profile);
        return builder.Build(network, config);
    }
}
