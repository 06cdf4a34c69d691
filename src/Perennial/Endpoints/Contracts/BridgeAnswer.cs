namespace Perennial.Endpoints.Contracts;

/// <summary>The bridge over which the vector of another generation was searched: the hits are nearly those that the image itself would find.</summary>
/// <param name="From">The generation that made the vector.</param>
/// <param name="To">The generation whose vectors were searched.</param>
/// <param name="Method">"procrustes" or "ridge".</param>
/// <param name="RecallAt10">Share of the ten nearest images of an image embedded anew that its bridged vector finds too, measured; [0, 1].</param>
/// <param name="Images">Held-out images on which that was measured.</param>
public sealed record BridgeAnswer(int From, int To, string Method, double RecallAt10, int Images);
