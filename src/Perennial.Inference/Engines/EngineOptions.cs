using System.ComponentModel.DataAnnotations;

namespace Perennial.Inference.Engines;

/// <summary>How an engine uses the machine.</summary>
public sealed record EngineOptions
{
    /// <summary>Threads that share the work of one batch.</summary>
    /// <value>Default 0: one for each core. 0 to 1024.</value>
    [Range(0, 1024)]
    public int IntraOpThreads { get; init; }

    /// <summary>Largest batch that admission warms; the same as the queue's, so that no request meets a batch size for the first time.</summary>
    /// <value>Default 16. 1 to 1024.</value>
    [Range(1, 1024)]
    public int MaxBatch { get; init; } = 16;

    /// <summary>Variant of the encoder: "fp32" (encoder.onnx) or "fp16" (encoder.fp16.onnx).</summary>
    /// <value>Default "fp32".</value>
    [AllowedValues("fp32", "fp16")]
    public string Precision { get; init; } = "fp32";

    /// <summary>
    /// Whether the runtime keeps the memory of its largest batch for later runs. Off, intermediate tensors go back to the
    /// allocator after each run, and the process does not stay at the high-water mark of its largest batch.
    /// </summary>
    public bool KeepMemory { get; init; }

    /// <summary>Whether idle worker threads spin for a moment before they sleep: quicker hand-over between operators, at the price of CPU time that the rest of the process lacks.</summary>
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
