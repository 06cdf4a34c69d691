using System.Collections.Concurrent;
using Perennial.Inference.Engines.TensorRt.Interop;
using Perennial.Inference.Swapping;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>
/// An encoder on TensorRT, called directly. The types of the ONNX file are kept (encoder.fp16.onnx computes in half precision), input and output are float32.
/// Up to <see cref="TensorRtOptions.Streams"/> batches run at once; further callers wait for their turn.
/// </summary>
/// <remarks>The callers' memory is the source and target of the copies to and from the GPU, and is not touched once <see cref="Run"/> has returned.</remarks>
public sealed class TensorRtEngine : IInferenceEngine
{
    private readonly CudaRuntime _cuda;
    private readonly int _device, _maxBatch;
    private readonly ModelSignature _signature;
    private readonly NvRuntime _runtime;
    private readonly NvEngine _engine;
    private readonly Lane[] _lanes;
    private readonly BlockingCollection<Lane> _free = new(new ConcurrentStack<Lane>()); // the lane used last, so that one caller keeps to one
    private readonly UseCount _uses = new();
    private int _disposed;

    /// <param name="library">Library and GPU; the GPU is the calling thread's own already.</param>
    /// <param name="plan">Read until the call returns.</param>
    /// <param name="options">Largest batch and streams.</param>
    /// <exception cref="EngineException">The plan does not load, is not an encoder's, or the GPU has too little memory; everything is freed.</exception>
    internal TensorRtEngine(TensorRtLibrary library, ReadOnlySpan<byte> plan, TensorRtOptions options)
    {
        (_cuda, _device, _maxBatch) = (library.Native.Cuda, library.Device.Index, options.MaxBatch);
        _lanes = new Lane[options.Streams];
        _runtime = library.Native.CreateRuntime();
        NvEngine? engine = null;
        try
        {
            _engine = engine = _runtime.Deserialize(plan);
            _signature = PlanSignature.Of(engine, options.MaxBatch);
            for (int i = 0; i < _lanes.Length; i++)
            {
                _lanes[i] = new Lane(engine, _cuda, _signature, options.MaxBatch);
                _free.Add(_lanes[i]);
            }
        }
        catch
        {
            Free(engine);
            throw;
        }
    }

    public string Name => "tensorrt-fp16";

    public int Dimensions => _signature.Dimensions;

    public int[] ItemShape => [.. _signature.ItemShape];

    /// <summary>Loads an encoder: its plan from the cache, or, where there is none that fits, builds one and keeps it.</summary>
    /// <param name="library">From <see cref="TensorRtLibrary.TryOpen"/>.</param>
    /// <param name="onnxPath">encoder.fp16.onnx: "image" [N, 3, H, W] to "embedding" [N, D]; N free, both float32, half precision inside.</param>
    /// <param name="digest">Digest of the encoder, hexadecimal.</param>
    /// <param name="options">Cache, batch sizes, streams; the library and the GPU are those of <paramref name="library"/>.</param>
    /// <exception cref="ArgumentException">The digest is none, or an option is out of range.</exception>
    /// <exception cref="EngineException">The file is missing or cannot be built, or the GPU has too little memory.</exception>
    public static TensorRtEngine Load(TensorRtLibrary library, string onnxPath, string digest, TensorRtOptions options)
    {
        options.Validate();
        return new EngineLoading(library, options).Load(onnxPath, digest);
    }

    /// <summary>Opens the library that the options name and loads an encoder.</summary>
    /// <inheritdoc cref="Load(TensorRtLibrary, string, string, TensorRtOptions)"/>
    public static TensorRtEngine Load(string onnxPath, string digest, TensorRtOptions options) =>
        Load(TensorRtLibrary.TryOpen(options, out TensorRtLibrary? library, out string? reason) ? library : throw new EngineException(reason), onnxPath, digest, options);

    public unsafe void Run(ReadOnlySpan<float> input, int n, Span<float> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        Fits(input.Length, (long)n * _signature.ItemLength, n, nameof(input));
        Fits(output.Length, (long)n * Dimensions, n, nameof(output));
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0 || !_uses.TryEnter(), this);
        Lane? lane = null;
        try
        {
            lane = _free.Take();
            _cuda.Use(_device);
            fixed (float* from = input)
            fixed (float* to = output)
            {
                for (int done = 0; done < n; done += _maxBatch)
                    lane.Run(from + (long)done * _signature.ItemLength, Math.Min(_maxBatch, n - done), to + (long)done * Dimensions);
            }
        }
        catch (EngineException exception)
        {
            throw new EngineException($"{Name} failed on a batch of {n}: {exception.Message}", exception);
        }
        finally
        {
            if (lane is not null)
                _free.Add(lane);
            Leave();
        }
    }

    /// <summary>Frees contexts, engine and runtime, once the runs that are under way have ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Leave();
    }

    private void Leave()
    {
        if (_uses.Leave())
            Free(_engine);
    }

    private void Free(NvEngine? engine)
    {
        foreach (Lane? lane in _lanes)
            lane?.Dispose();
        engine?.Dispose();
        _runtime.Dispose();
        _free.Dispose();
    }

    private static void Fits(int length, long expected, int n, string name)
    {
        if (length != expected)
            throw new ArgumentException($"A batch of {n} takes {expected} floats, not {length}.", name);
    }
}
