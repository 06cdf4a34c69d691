namespace Perennial.Learning.Views;

/// <summary>All that chance decides about one view of one image.</summary>
/// <param name="Crop">The part of the image that becomes the view.</param>
/// <param name="Flip">Mirrored left to right.</param>
/// <param name="Jitter">The changes of colour in their order; empty without jitter.</param>
/// <param name="Grayscale">Without colour.</param>
/// <param name="BlurSigma">Standard deviation of the blur in pixels; 0 without blur.</param>
/// <param name="Solarize">Values above one half inverted.</param>
internal readonly record struct ViewDraw(CropBox Crop, bool Flip, ColourChange[] Jitter, bool Grayscale, double BlurSigma, bool Solarize)
{
    /// <summary>Draws one view of an image of <paramref name="size"/> x <paramref name="size"/> pixels.</summary>
    public static ViewDraw From(ref RandomStream random, ViewParameters parameters, int size)
    {
        var crop = CropBox.From(ref random, parameters, size);
        bool flip = random.Chance(parameters.FlipProbability);
        var jitter = random.Chance(parameters.JitterProbability) ? ColourChange.From(ref random, parameters) : [];
        bool grayscale = random.Chance(parameters.GrayscaleProbability);
        double sigma = random.Chance(parameters.BlurProbability) ? random.Uniform(parameters.BlurSigmaMin, parameters.BlurSigmaMax) : 0;
        return new(crop, flip, jitter, grayscale, sigma, random.Chance(parameters.SolarizeProbability));
    }
}
