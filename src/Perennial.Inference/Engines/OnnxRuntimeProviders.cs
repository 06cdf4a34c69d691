using Microsoft.ML.OnnxRuntime;

namespace Perennial.Inference.Engines;

/// <summary>The providers of ONNX Runtime that use a GPU: whether this build and this machine have them, and how they are set up.</summary>
internal static class OnnxRuntimeProviders
{
    /// <summary>What a provider lacks, as a clause; null where it can be tried.</summary>
    public static string? Missing(OnnxRuntimeProvider provider, EngineOptions options) =>
        provider == OnnxRuntimeProvider.Cpu ? null
        : MissingInBuild(provider) ?? NvidiaDriver.Missing(options.Gpu)
            ?? (provider == OnnxRuntimeProvider.TensorRt && options.CacheFolder is null ? "it has no folder to keep its engines in, and building them takes minutes" : null);

    /// <summary>Adds the provider to a session's options; what it cannot run is left to the processor.</summary>
    /// <param name="session">The options of the session.</param>
    /// <param name="provider">Not the processor's, which is always there.</param>
    /// <param name="options">GPU, precision and largest batch.</param>
    /// <param name="signature">Of the network.</param>
    /// <param name="cache">The network's own folder for engines that were built before.</param>
    /// <exception cref="EngineException">The provider is not in this build, or does not start.</exception>
    public static void Append(SessionOptions session, OnnxRuntimeProvider provider, EngineOptions options, ModelSignature signature, string? cache)
    {
        if (MissingInBuild(provider) is { } missing)
            throw new EngineException($"{char.ToUpperInvariant(missing[0])}{missing[1..]}.");
        try
        {
            if (provider == OnnxRuntimeProvider.TensorRt)
            {
                using OrtTensorRTProviderOptions tensorRt = new();
                tensorRt.UpdateOptions(TensorRtSettings(options, signature, cache));
                session.AppendExecutionProvider_Tensorrt(tensorRt);
            }
            using OrtCUDAProviderOptions cuda = new(); // also beneath TensorRT, for what that cannot run
            cuda.UpdateOptions(CudaSettings(options));
            session.AppendExecutionProvider_CUDA(cuda);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException($"ONNX Runtime's {Name(provider)} provider does not start: {Told(exception.Message)}", exception);
        }
    }

    internal static Dictionary<string, string> CudaSettings(EngineOptions options) => new()
    {
        ["device_id"] = Number(options.Gpu),
        ["arena_extend_strategy"] = "kSameAsRequested",
        ["cudnn_conv_algo_search"] = "HEURISTIC", // the exhaustive search would halt the first batch of each size
        ["use_tf32"] = "0", // fp32 means fp32: ten bits fewer would not pass the probes
    };

    internal static Dictionary<string, string> TensorRtSettings(EngineOptions options, ModelSignature signature, string? cache)
    {
        Dictionary<string, string> settings = new()
        {
            ["device_id"] = Number(options.Gpu),
            ["trt_fp16_enable"] = options.Precision == EncoderPrecision.Fp16 ? "1" : "0",
            ["trt_int8_enable"] = options.Precision == EncoderPrecision.Int8 ? "1" : "0",
            // One engine for all batch sizes; without a profile each new size would build another one.
            ["trt_profile_min_shapes"] = Shape(1),
            ["trt_profile_opt_shapes"] = Shape(options.MaxBatch),
            ["trt_profile_max_shapes"] = Shape(options.MaxBatch),
        };
        if (cache is not null)
        {
            settings["trt_engine_cache_enable"] = "1";
            settings["trt_engine_cache_path"] = cache;
            settings["trt_timing_cache_enable"] = "1";
            settings["trt_timing_cache_path"] = cache;
        }
        return settings;

        string Shape(int batch) => $"{signature.Input}:{string.Join('x', signature.ItemShape.Prepend(batch).Select(Number))}";
    }

    private static string? MissingInBuild(OnnxRuntimeProvider provider) =>
        OrtEnv.Instance().GetAvailableProviders().Contains(provider == OnnxRuntimeProvider.Cuda ? "CUDAExecutionProvider" : "TensorrtExecutionProvider") ? null
            : $"this build of ONNX Runtime has no {Name(provider)} provider: build with -p:Cuda=true";

    // Of a library that is not found the runtime tells its own source lines first; what counts comes last.
    internal static string Told(string message)
    {
        const string Library = "with error: ";
        return message.LastIndexOf(Library, StringComparison.Ordinal) is var at and >= 0
            ? $"{message[(at + Library.Length)..].TrimEnd()}; put the folders of CUDA, cuDNN and TensorRT into LD_LIBRARY_PATH."
            : message;
    }

    private static string Name(OnnxRuntimeProvider provider) => provider == OnnxRuntimeProvider.Cuda ? "CUDA" : "TensorRT";

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
