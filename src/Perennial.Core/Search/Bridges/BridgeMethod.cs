namespace Perennial.Core.Search.Bridges;

/// <summary>How a bridge maps one embedding space onto another.</summary>
public enum BridgeMethod
{
    /// <summary>A rotation (or reflection) with one scale, between the centred vectors: distances within the old space are kept.</summary>
    Procrustes,

    /// <summary>Any affine map, by least squares with a penalty on its weights.</summary>
    Ridge,
}
