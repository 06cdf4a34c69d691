namespace Perennial.Learning.Views;

/// <summary>A rectangle of an image, in pixels.</summary>
internal readonly record struct CropBox(int Top, int Left, int Height, int Width)
{
    private const int Attempts = 10;

    /// <summary>
    /// Inception's random crop as torchvision defines it: a share of the AREA and the logarithm of the ratio are uniform; where no
    /// attempt fits into the image, the largest central crop within the ratio is taken.
    /// </summary>
    public static CropBox From(ref RandomStream random, ViewParameters parameters, int size)
    {
        double narrow = Math.Log(parameters.CropRatioMin), wide = Math.Log(parameters.CropRatioMax);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = random.Uniform(parameters.CropScaleMin, parameters.CropScaleMax) * size * size;
            double ratio = Math.Exp(random.Uniform(narrow, wide)); // width / height
            int width = (int)Math.Round(Math.Sqrt(area * ratio)), height = (int)Math.Round(Math.Sqrt(area / ratio));
            if (width is > 0 && width <= size && height is > 0 && height <= size)
                return new(random.Below(size - height + 1), random.Below(size - width + 1), height, width);
        }
        return new(0, 0, size, size); // the image is square, so its own ratio lies within the bounds
    }
}
