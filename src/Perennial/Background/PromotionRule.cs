namespace Perennial.Background;

/// <summary>Who decides whether a run's generation takes over.</summary>
public enum PromotionRule
{
    /// <summary>The gate: promoted when it accepts, rejected otherwise.</summary>
    Auto,

    /// <summary>Nobody: the generation is kept and the run is completed.</summary>
    Never,

    /// <summary>The operator has decided already.</summary>
    Always,
}
