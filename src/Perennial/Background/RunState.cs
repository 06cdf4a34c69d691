namespace Perennial.Background;

/// <summary>Where a run is. A run only ever moves on; the last five are final.</summary>
public enum RunState
{
    /// <summary>Accepted, waiting for the run before it.</summary>
    Queued,

    /// <summary>The learner is at work.</summary>
    Running,

    /// <summary>The old and the new model are measured on the same held-out images.</summary>
    Evaluating,

    /// <summary>The generation folder is being written.</summary>
    Exporting,

    /// <summary>The corpus is being embedded by the new generation.</summary>
    Indexing,

    /// <summary>The new generation serves.</summary>
    Promoted,

    /// <summary>The gate spoke against the new generation; the old one serves on.</summary>
    Rejected,

    /// <summary>Finished; it was not to be promoted.</summary>
    Completed,

    /// <summary>Ended by a fault, which <see cref="RunRecord.Error"/> names in one sentence.</summary>
    Failed,

    /// <summary>Ended by its operator.</summary>
    Cancelled,
}
