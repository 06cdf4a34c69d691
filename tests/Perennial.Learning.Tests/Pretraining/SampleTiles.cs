using NetVips;
using Perennial.Core.Corpus;
using Perennial.Core.Images;

namespace Perennial.Learning.Tests.Pretraining;

/// <summary>Small pictures with something to tell them apart: each has its own colour and stripes.</summary>
internal static class SampleTiles
{
    public static TileSet Make(int count, int size = 16) => TileSet.Decode(
        Enumerable.Range(0, count).Select(i => new TileSource($"image-{i}", $"class-{i % 3}", Split.Train, () => Png(i, size))),
        new Preprocessing { Size = size }, new ImageLimits(), cachePath: null, decoded: null, TestContext.Current.CancellationToken);

    private static byte[] Png(int number, int size)
    {
        var random = new Random(number);
        int[] colour = [random.Next(256), random.Next(256), random.Next(256)];
        int period = 2 + number % 5;
        var pixels = new byte[size * size * 3];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(colour[i % 3] / (1 + i / 3 % size / period % 2));
        using var image = Image.NewFromMemory(pixels, size, size, 3, Enums.BandFormat.Uchar);
        using var interpreted = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return interpreted.PngsaveBuffer();
    }
}
