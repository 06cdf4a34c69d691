namespace Perennial.Learning.Views;

/// <summary>One of the four changes of colour jitter, with its strength.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Amount">A factor, 1 for no change; for the hue a share of the colour circle, 0 for no change.</param>
internal readonly record struct ColourChange(ColourChangeKind Kind, float Amount)
{
    /// <summary>All four in random order, as torchvision's ColorJitter draws them.</summary>
    public static ColourChange[] From(ref RandomStream random, ViewParameters parameters)
    {
        ColourChange[] changes =
        [
            new(ColourChangeKind.Brightness, Factor(ref random, parameters.Brightness)),
            new(ColourChangeKind.Contrast, Factor(ref random, parameters.Contrast)),
            new(ColourChangeKind.Saturation, Factor(ref random, parameters.Saturation)),
            new(ColourChangeKind.Hue, (float)random.Uniform(-parameters.Hue, parameters.Hue)),
        ];
        random.Shuffle(changes.AsSpan());
        return changes;
    }

    private static float Factor(ref RandomStream random, double strength) => (float)random.Uniform(1 - strength, 1 + strength);
}
