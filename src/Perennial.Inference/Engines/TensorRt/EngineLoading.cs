using Perennial.Inference.Engines.TensorRt.Interop;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>From an ONNX file to a loaded engine, by way of the plan cache.</summary>
internal sealed class EngineLoading(TensorRtLibrary library, TensorRtOptions options)
{
    private static readonly Lock Building = new(); // kernels are timed during a build: one at a time

    private readonly PlanCache? _cache = options.CacheDirectory is { } directory ? new PlanCache(directory) : null;

    public TensorRtEngine Load(string onnxPath, string digest)
    {
        if (digest.Length is < 16 or > 128 || !digest.All(char.IsAsciiHexDigit))
            throw new ArgumentException("The digest of an encoder is 16 to 128 hexadecimal digits.", nameof(digest));
        if (!File.Exists(onnxPath))
            throw new EngineException($"There is no file {onnxPath}.");
        try
        {
            byte[] onnx = File.ReadAllBytes(onnxPath);
            library.Native.Cuda.Use(library.Device.Index);
            return Load(onnx, StampOf(onnx, digest));
        }
        catch (Exception exception) when (exception is EngineException or IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"TensorRT {library.Version} cannot serve {Path.GetFileName(onnxPath)}: {exception.Message}", exception);
        }
    }

    private TensorRtEngine Load(byte[] onnx, PlanStamp stamp)
    {
        if (FromCache(stamp) is { } ready)
            return ready;
        lock (Building)
        {
            if (FromCache(stamp) is { } meanwhile)
                return meanwhile;
            using NvHostMemory plan = PlanBuilding.Build(library, onnx, options);
            TensorRtEngine engine = new(library, plan.Bytes, options);
            Keep(stamp, plan);
            return engine;
        }
    }

    private TensorRtEngine? FromCache(PlanStamp stamp)
    {
        if (_cache?.Find(stamp) is not { } plan)
            return null;
        try
        {
            return new TensorRtEngine(library, plan, options);
        }
        catch (EngineException exception)
        {
            Warn($"A plan of the cache is built anew. {exception.Message}");
            return null;
        }
    }

    // A plan that cannot be kept serves all the same; the next start builds again.
    private void Keep(PlanStamp stamp, NvHostMemory plan)
    {
        try
        {
            _cache?.Keep(stamp, plan.Bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Warn($"The plan could not be kept in {options.CacheDirectory}, and the next start will build it again: {exception.Message}");
        }
    }

    private void Warn(string message) => library.Native.Log.Write(TensorRtSeverity.Warning, message);

    private PlanStamp StampOf(byte[] onnx, string digest) => new(
        digest.ToLowerInvariant(), PlanStamp.Digest(onnx), library.GpuName, library.ComputeCapability, library.Version,
        options.MaxBatch, options.Best, options.WorkspaceMegabytes, Plan: "");
}
