using System.ComponentModel.DataAnnotations;

namespace Perennial.Inference.Engines;

/// <summary>Which engine runs a network, and how it uses the machine. In the configuration the section <c>Perennial:Engine</c>.</summary>
public sealed record EngineOptions
{
    /// <summary>Which engine: "tensorrt", "onnxruntime-tensorrt", "onnxruntime-cuda", "onnxruntime-cpu", or "auto", the first of these that answers
    /// the probes as recorded. A generation that the named one cannot run is not admitted.</summary>
    /// <value>Default "auto".</value>
    [AllowedValues(EngineKinds.Auto, EngineKinds.TensorRt, EngineKinds.OnnxRuntimeTensorRt, EngineKinds.OnnxRuntimeCuda, EngineKinds.OnnxRuntimeCpu)]
    public string Kind { get; init; } = EngineKinds.Auto;

    /// <summary>Variant of the encoder: "fp32", "fp16", "int8", or "auto": fp16 on a GPU, int8 on a processor with VNNI, each where the generation
    /// has it and it passes, else fp32.</summary>
    /// <value>Default "auto".</value>
    [AllowedValues(EncoderPrecision.Auto, EncoderPrecision.Fp32, EncoderPrecision.Fp16, EncoderPrecision.Int8)]
    public string Precision { get; init; } = EncoderPrecision.Auto;

    /// <summary>Threads that share the work of one batch.</summary>
    /// <value>Default 0: one for each core. 0 to 1024.</value>
    [Range(0, 1024)]
    public int IntraOpThreads { get; init; }

    /// <summary>The threads themselves. ONNX Runtime's own default counts what the machine calls a physical core, which on virtual machines is often half of what there is.</summary>
    internal int CountThreads() => IntraOpThreads == 0 ? Environment.ProcessorCount : IntraOpThreads;

    /// <summary>Largest batch that admission warms; the same as the queue's, so that no request meets a batch size for the first time.</summary>
    /// <value>Default 16. 1 to 1024.</value>
    [Range(1, 1024)]
    public int MaxBatch { get; init; } = 16;

    /// <summary>Number of the GPU, for the engines that use one.</summary>
    /// <value>Default 0. 0 to 255.</value>
    [Range(0, 255)]
    public int Gpu { get; init; }

    /// <summary>Folder in which TensorRT's engines are kept from one start to the next; may be deleted at any time.</summary>
    /// <value>Default null: none are kept, and ONNX Runtime's TensorRT provider, which would build for minutes at each start, is not used.</value>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// Whether the runtime keeps the memory of its largest batch for later runs, which spares each run the allocator. Off, intermediate tensors are freed
    /// after each run, and the process does not stay at the high-water mark of its largest batch.
    /// </summary>
    /// <value>Default true.</value>
    public bool KeepMemory { get; init; } = true;

    /// <summary>Whether the threads that share a run spin between its operators: quicker hand-over, at the price of CPU time. They never spin between runs, nor in runs beside others.</summary>
    /// <value>Default false.</value>
    public bool Spin { get; init; }

    /// <exception cref="ArgumentException">A value is out of range; the message says which.</exception>
    internal void Validate()
    {
        try
        {
            Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        }
        catch (ValidationException exception)
        {
            throw new ArgumentException($"{nameof(EngineOptions)}: {exception.Message}", exception);
        }
    }
}
