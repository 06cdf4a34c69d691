using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Perennial.Inference.Swapping;

namespace Perennial.Inference.Engines;

/// <summary>
/// An encoder or a classifier on ONNX Runtime: on the processor, or on a GPU through the CUDA or the TensorRT provider. Several threads may run batches
/// at the same time. On the processor a batch that is alone is shared by all of <see cref="EngineOptions.IntraOpThreads"/>, which answers it soonest;
/// batches beside others run on their callers' threads alone, which wastes nothing on waiting for one another. That takes two sessions.
/// </summary>
/// <remarks>
/// Input and output are the callers' memory, pinned for the length of the run; on the processor never copied, else once to the device and once back.
/// Custom-operator libraries are executable code and never loaded: a model that needs one is refused. The same batch gives the same bits; a row's
/// bits may differ between batch sizes, because the runtime multiplies matrices of different heights by different kernels.
/// </remarks>
public sealed class OnnxRuntimeEngine : IInferenceEngine
{
    private const int AloneMilliseconds = 100;
    private static readonly RunOptions Defaults = new();

    private readonly InferenceSession _session;
    private readonly InferenceSession? _besides; // with one thread a run
    private readonly ModelSignature _signature;
    private readonly string[] _inputs, _outputs;
    private readonly UseCount _uses = new();
    private int _running;
    private long _lastCrowd = long.MinValue / 2; // when runs were side by side last, by Environment.TickCount64
    private int _disposed;

    private OnnxRuntimeEngine(InferenceSession session, InferenceSession? besides, ModelSignature signature, OnnxRuntimeProvider provider, string precision)
    {
        (_session, _besides, _signature) = (session, besides, signature);
        (_inputs, _outputs) = ([signature.Input], [signature.Output]);
        Name = $"onnxruntime-{provider.ToString().ToLowerInvariant()}-{precision}";
    }

    public string Name { get; }

    public int Dimensions => _signature.Dimensions;

    public int[] ItemShape => [.. _signature.ItemShape];

    internal ModelSignature Signature => _signature;

    /// <summary>Reads a network and prepares it for running on the processor.</summary>
    /// <param name="onnxPath">"image" [N, 3, H, W] to "embedding" [N, D], or "embedding" [N, D] to "probabilities" [N, C]; N free, float32.</param>
    /// <param name="options">Threads and memory.</param>
    /// <exception cref="EngineException">The file is missing, is not ONNX, uses an unknown operator, or has another input or output.</exception>
    public static OnnxRuntimeEngine Load(string onnxPath, EngineOptions options) => Load(onnxPath, digest: "", options, OnnxRuntimeProvider.Cpu);

    /// <inheritdoc cref="EngineLoader"/>
    internal static OnnxRuntimeEngine Load(string onnxPath, string digest, EngineOptions options, OnnxRuntimeProvider provider)
    {
        options.Validate();
        string file = Path.GetFileName(onnxPath);
        if (!File.Exists(onnxPath))
            throw new EngineException($"There is no file {onnxPath}.");
        InferenceSession session = OnnxRuntimeSessions.Open(onnxPath, file, digest, options, provider);
        InferenceSession? besides = null;
        try
        {
            bool shared = provider == OnnxRuntimeProvider.Cpu && options.CountThreads() > 1;
            if (shared) besides = OnnxRuntimeSessions.Open(onnxPath, file, digest, options with { IntraOpThreads = 1 }, provider);
            return new OnnxRuntimeEngine(session, besides, ModelSignature.Of(session, file), provider, options.Precision == EncoderPrecision.Auto ? EncoderPrecision.Fp32 : options.Precision);
        }
        catch
        {
            besides?.Dispose();
            session.Dispose();
            throw;
        }
    }

    public unsafe void Run(ReadOnlySpan<float> input, int n, Span<float> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        Fits(input.Length, (long)n * _signature.ItemLength, n, nameof(input));
        Fits(output.Length, (long)n * Dimensions, n, nameof(output));
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0 || !_uses.TryEnter(), this);
        InferenceSession session = Choose();
        try
        {
            fixed (float* from = input)
            fixed (float* to = output)
            {
                using OrtValue source = View(from, [n, .. _signature.ItemShape], input.Length);
                using OrtValue target = View(to, [n, Dimensions], output.Length);
                session.Run(Defaults, _inputs, [source], _outputs, [target]);
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException($"{Name} failed on a batch of {n}: {exception.Message}", exception);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Leave();
        }
    }

    // Alone is who has nobody beside it, nor had a moment ago: under load one of several callers is always the last to come back.
    private InferenceSession Choose()
    {
        bool alone = Interlocked.Increment(ref _running) == 1;
        if (_besides is null) return _session;
        long now = Environment.TickCount64;
        if (!alone) Volatile.Write(ref _lastCrowd, now);
        return alone && now - Volatile.Read(ref _lastCrowd) > AloneMilliseconds ? _session : _besides;
    }

    /// <summary>Frees the sessions, once the runs that are under way have ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Leave();
    }

    private void Leave()
    {
        if (!_uses.Leave())
            return;
        _besides?.Dispose();
        _session.Dispose();
    }

    private static unsafe OrtValue View(float* data, long[] shape, int length) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)data, (long)length * sizeof(float));

    private static void Fits(int length, long expected, int n, string name)
    {
        if (length != expected)
            throw new ArgumentException($"A batch of {n} takes {expected} floats, not {length}.", name);
    }
}
