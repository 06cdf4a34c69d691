using System.ComponentModel.DataAnnotations;

namespace Perennial.Background;

/// <summary>What runs may take of the machine.</summary>
public sealed record LearnerLimits
{
    /// <summary>Threads of the learner.</summary>
    /// <value>Default 0: one for each core; its low priority leaves the cores to requests when they come. 0 to 1024.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>The learner's niceness: how far it steps back behind the server.</summary>
    /// <value>Default 10. 0 to 19.</value>
    [Range(0, 19)]
    public int Nice { get; init; } = 10;

    /// <summary>Most bytes of memory that the learner may allocate; a run that needs more fails, the server does not.</summary>
    /// <value>Default null: no limit. 256 MiB to 16 TiB.</value>
    [Range(256L << 20, 16L << 40)]
    public long? MemoryBytes { get; init; }

    /// <summary>Runs that may wait; further ones are refused.</summary>
    /// <value>Default 16. 1 to 1000.</value>
    [Range(1, 1000)]
    public int Queue { get; init; } = 16;

    /// <summary>How often a learner that ends unexpectedly is started again, from its last checkpoint.</summary>
    /// <value>Default 2. 0 to 100.</value>
    [Range(0, 100)]
    public int Restarts { get; init; } = 2;

    internal int EffectiveThreads => Threads > 0 ? Threads : Environment.ProcessorCount;
}
