namespace Perennial.Learning.Networks;

/// <summary>Where a head has batch norm.</summary>
public enum HeadNorm
{
    /// <summary>Nowhere (MoCo v2).</summary>
    None,

    /// <summary>Before each ReLU.</summary>
    Hidden,

    /// <summary>Also behind the last layer, there without weight and bias (SimSiam, MoCo v3).</summary>
    HiddenAndOutput,
}
