using Microsoft.ML.OnnxRuntime;

namespace Perennial.Inference.Engines;

/// <summary>Opens ONNX files with the options and the provider that are wanted.</summary>
internal static class OnnxRuntimeSessions
{
    /// <exception cref="EngineException">The file is not ONNX, uses an unknown operator, or the provider is not there or cannot run it.</exception>
    public static InferenceSession Open(string onnxPath, string file, string digest, EngineOptions options, OnnxRuntimeProvider provider)
    {
        if (provider == OnnxRuntimeProvider.Cpu)
            return Open(onnxPath, file, options, _ => { });
        ModelSignature signature = SignatureOf(onnxPath, file);
        string? cache = provider == OnnxRuntimeProvider.TensorRt && options.CacheFolder is { } folder ? ProviderCache.Open(folder, digest) : null;
        try
        {
            return Open(onnxPath, file, options, AppendProvider);
        }
        catch (EngineException) when (cache is not null && ProviderCache.Clear(cache))
        {
            return Open(onnxPath, file, options, AppendProvider); // what was kept may be of another driver, or damaged: once more without it
        }

        void AppendProvider(SessionOptions session) => OnnxRuntimeProviders.Append(session, provider, options, signature, cache);
    }

    private static InferenceSession Open(string onnxPath, string file, EngineOptions options, Action<SessionOptions> addProvider)
    {
        using SessionOptions session = new()
        {
            IntraOpNumThreads = options.CountThreads(),
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableCpuMemArena = options.KeepMemory,
            EnableMemoryPattern = options.KeepMemory,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, // errors come as exceptions
        };
        session.AddSessionConfigEntry("session.use_deterministic_compute", "1");
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Spin ? "1" : "0");
        session.AddSessionConfigEntry("session.force_spinning_stop", "1"); // at the end of a run
        addProvider(session);
        return Open(onnxPath, file, session);
    }

    // TensorRT wants to know the shapes before there is a session that could tell them.
    private static ModelSignature SignatureOf(string onnxPath, string file)
    {
        using SessionOptions plain = new()
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        using InferenceSession session = Open(onnxPath, file, plain);
        return ModelSignature.Of(session, file);
    }

    private static InferenceSession Open(string onnxPath, string file, SessionOptions options)
    {
        try
        {
            return new InferenceSession(onnxPath, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException($"ONNX Runtime cannot load {file}: {exception.Message}", exception);
        }
    }
}
