using SkiaSharp;

namespace Perennial.Demo.Samples;

/// <summary>A kind of thing that can be drawn in endless variations of one recognisable shape.</summary>
internal interface ISampleFamily
{
    string Name { get; }

    /// <summary>Largest turn away from upright, in degrees; 180 for things that have no upright.</summary>
    float MaxTilt { get; }

    /// <summary>Draws one variation inside the square [-1, 1] x [-1, 1], y pointing down.</summary>
    void Draw(SKCanvas canvas, Ink ink, Random random);
}
