using Perennial.Inference.Engines.TensorRt.Interop;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>What one batch needs to run beside others: a context, a stream, and device memory for the largest input and output.</summary>
internal sealed class Lane : IDisposable
{
    private readonly CudaRuntime _cuda;
    private readonly ModelSignature _signature;
    private readonly NvExecutionContext _context;
    private readonly CudaStream? _stream;
    private readonly CudaMemory? _input, _output;

    /// <exception cref="EngineException">The device has too little memory.</exception>
    public Lane(NvEngine engine, CudaRuntime cuda, ModelSignature signature, int maxBatch)
    {
        (_cuda, _signature) = (cuda, signature);
        _context = engine.CreateExecutionContext();
        try
        {
            _stream = cuda.CreateStream();
            _input = cuda.Allocate(Bytes(maxBatch, signature.ItemLength));
            _output = cuda.Allocate(Bytes(maxBatch, signature.Dimensions));
            _context.SetTensorAddress("image\0"u8, _input);
            _context.SetTensorAddress("embedding\0"u8, _output);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs a batch, and returns when its answers are there. The device is the calling thread's own already.</summary>
    /// <param name="input">[n, ItemShape] in host memory that stays where it is.</param>
    /// <param name="n">At most the largest batch.</param>
    /// <param name="output">[n, Dimensions] in host memory that stays where it is.</param>
    /// <exception cref="EngineException">TensorRT or CUDA failed.</exception>
    public unsafe void Run(float* input, int n, float* output)
    {
        _context.SetInputShape("image\0"u8, new Dims([n, .. _signature.ItemShape]));
        Dims answer = _context.Shape("embedding\0"u8);
        if (!answer.IsShape(n, _signature.Dimensions))
            throw new EngineException($"TensorRT answers a batch of {n} with {answer}; [{n}, {_signature.Dimensions}] is expected.");
        try
        {
            _cuda.Upload(input, _input!, Bytes(n, _signature.ItemLength), _stream!);
            _context.Enqueue(_stream!);
            _cuda.Download(_output!, output, Bytes(n, _signature.Dimensions), _stream!);
            _cuda.Wait(_stream!);
        }
        catch
        {
            _cuda.WaitQuietly(_stream!); // what is queued already still reads and writes the caller's memory
            throw;
        }
    }

    public void Dispose()
    {
        _context.Dispose(); // before the memory that it points to
        _input?.Dispose();
        _output?.Dispose();
        _stream?.Dispose();
    }

    private static long Bytes(int n, int length) => (long)n * length * sizeof(float);
}
