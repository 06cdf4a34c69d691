using NetVips;
using Perennial.Core.Corpus;
using Perennial.Core.Images;

namespace Perennial.Learning.Tests.Continual;

/// <summary>Noisy pictures of four textures in random colours: the label is the texture, which views keep and an encoder that has learned something tells apart.</summary>
internal static class TextureTiles
{
    private const int Side = 16;
    private static readonly string[] Textures = ["rows", "columns", "checks", "rings"];

    public static TileSet Make(int count) => TileSet.Decode(
        Enumerable.Range(0, count).Select(i => new TileSource($"texture-{i}", Textures[i % Textures.Length], Split.Train, () => Png(i))),
        new Preprocessing { Size = Side }, new ImageLimits(), cachePath: null, decoded: null, TestContext.Current.CancellationToken);

    private static byte[] Png(int number)
    {
        var random = new Random(number);
        int[] bright = [random.Next(128, 256), random.Next(128, 256), random.Next(128, 256)], dark = [random.Next(128), random.Next(128), random.Next(128)];
        int phase = random.Next(4);
        var pixels = new byte[Side * Side * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i / 3 % Side, y = i / 3 / Side;
            bool on = (number % Textures.Length) switch
            {
                0 => (y + phase) / 2 % 2 == 0,
                1 => (x + phase) / 2 % 2 == 0,
                2 => ((x + phase) / 2 + (y + phase) / 2) % 2 == 0,
                _ => ((int)Math.Sqrt((x - 7.5) * (x - 7.5) + (y - 7.5) * (y - 7.5)) + phase) / 2 % 2 == 0,
            };
            pixels[i] = (byte)Math.Clamp((on ? bright : dark)[i % 3] + random.Next(-60, 61), 0, 255);
        }
        using var image = Image.NewFromMemory(pixels, Side, Side, 3, Enums.BandFormat.Uchar);
        using var interpreted = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return interpreted.PngsaveBuffer();
    }
}
