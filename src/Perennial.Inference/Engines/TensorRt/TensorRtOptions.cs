using System.ComponentModel.DataAnnotations;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>Where TensorRT is, and how it uses the GPU.</summary>
public sealed record TensorRtOptions
{
    /// <summary>Name of the environment variable that stands in for <see cref="Folder"/>.</summary>
    public const string FolderVariable = "PERENNIAL_TENSORRT";

    /// <summary>
    /// Folder of libnvinfer.so.11 or .10 and libnvonnxparser; several are separated by colons, so that libcudart may lie elsewhere.
    /// </summary>
    /// <value>Default null: the variable PERENNIAL_TENSORRT, and without it the system's library path.</value>
    public string? Folder { get; init; }

    /// <summary>Folder of built plans; made where it is missing, and may be deleted at any time. Keep it as private as the models: a plan is code.</summary>
    /// <value>Default null: every load builds, which takes seconds to minutes.</value>
    public string? CacheDirectory { get; init; }

    /// <summary>The GPU, in CUDA's order.</summary>
    /// <value>Default 0. 0 to 255.</value>
    [Range(0, 255)]
    public int Device { get; init; }

    /// <summary>Largest batch of one run; a larger one is run in parts.</summary>
    /// <value>Default 16. 1 to 1024.</value>
    [Range(1, 1024)]
    public int MaxBatch { get; init; } = 16;

    /// <summary>Batch size that the kernels are chosen for.</summary>
    /// <value>Default 0: <see cref="MaxBatch"/>. At most <see cref="MaxBatch"/>.</value>
    [Range(0, 1024)]
    public int BestBatch { get; init; }

    /// <summary>Batches that may run at once, each with a stream and working memory of its own; further callers wait.</summary>
    /// <value>Default 2. 1 to 16.</value>
    [Range(1, 16)]
    public int Streams { get; init; } = 2;

    /// <summary>Most device memory that one kernel may take for itself while it is built and run.</summary>
    /// <value>Default 1024. 16 to 1,048,576 MB.</value>
    [Range(16, 1 << 20)]
    public int WorkspaceMegabytes { get; init; } = 1024;

    /// <summary>Is told what TensorRT says, verbose messages left out; from any thread, perhaps several at once.</summary>
    /// <value>Default null. One library has one listener: the last that was given.</value>
    public Action<TensorRtSeverity, string>? Log { get; init; }

    internal int Best => BestBatch == 0 ? MaxBatch : BestBatch;

    internal IReadOnlyList<string> Folders =>
        (Folder ?? Environment.GetEnvironmentVariable(FolderVariable) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="ArgumentException">A value is out of range; the message says which.</exception>
    internal void Validate()
    {
        try
        {
            Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        }
        catch (ValidationException exception)
        {
            throw new ArgumentException($"{nameof(TensorRtOptions)}: {exception.Message}", exception);
        }
        if (BestBatch > MaxBatch)
            throw new ArgumentException($"{nameof(TensorRtOptions)}: {nameof(BestBatch)} is {BestBatch} and {nameof(MaxBatch)} {MaxBatch}; it must not be larger.");
    }
}
