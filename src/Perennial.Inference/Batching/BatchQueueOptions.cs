using System.ComponentModel.DataAnnotations;

namespace Perennial.Inference.Batching;

/// <summary>How requests become batches, and how many may wait.</summary>
public sealed record BatchQueueOptions
{
    /// <summary>Whether batch size, lanes and delay are measured when a generation is put to work; else they are as set here.</summary>
    /// <value>Default true.</value>
    public bool Tune { get; init; } = true;

    /// <summary>Batches that run at the same time.</summary>
    /// <value>Default null: measured, or 1 without <see cref="Tune"/>. 1 to 64.</value>
    [Range(1, 64)]
    public int? Lanes { get; init; }

    /// <summary>Most images in one run of the engine; measuring may find that fewer are better.</summary>
    /// <value>Default 16. 1 to 1024. On a CPU more gives hardly more throughput, and everybody in the batch waits longer.</value>
    [Range(1, 1024)]
    public int MaxBatch { get; init; } = 16;

    /// <summary>
    /// Longest time that the engine is left idle on purpose, after a batch, so that the callers just answered can come back and
    /// share the next one. Never spent on a lone caller or on an engine that has been idle: see <see cref="BatchQueue"/>.
    /// </summary>
    /// <value>Default 2 ms. 0 to 1 s; 0 never waits.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Images that may be accepted and not yet answered; further ones are refused at once.</summary>
    /// <value>Default 256. 1 to 65,536.</value>
    [Range(1, 65_536)]
    public int Permits { get; init; } = 256;

    /// <summary>How many of the <see cref="Permits"/> bulk work may hold, so that it cannot lock out those who wait.</summary>
    /// <value>Default null: half of them, at least one. 1 to 65,536.</value>
    [Range(1, 65_536)]
    public int? BulkPermits { get; init; }

    /// <summary>When both classes wait: interactive images served for each bulk image.</summary>
    /// <value>Default 3, i.e. a quarter of the work is bulk. 1 to 1000.</value>
    [Range(1, 1000)]
    public int InteractivePerBulk { get; init; } = 3;

    internal int BulkLimit => Math.Min(Permits, BulkPermits ?? Math.Max(1, Permits / 2));

    /// <exception cref="ArgumentException">A value is out of range; the message says which.</exception>
    internal void Validate()
    {
        try
        {
            Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        }
        catch (ValidationException exception)
        {
            throw new ArgumentException($"{nameof(BatchQueueOptions)}: {exception.Message}", exception);
        }
    }
}
