using NetVips;

namespace Perennial.Core.Tests.Images;

/// <summary>Pictures whose every pixel is known.</summary>
internal static class Pictures
{
    /// <summary>Noise that is the same for the same seed: interleaved RGB, <c>[height, width, 3]</c>.</summary>
    public static byte[] Noise(int width, int height, int seed = 1, int bands = 3)
    {
        var samples = new byte[width * height * bands];
        new Random(seed).NextBytes(samples);
        return samples;
    }

    public static byte[] Flat(int width, int height, params byte[] pixel)
    {
        var samples = new byte[width * height * pixel.Length];
        for (var at = 0; at < samples.Length; at++) samples[at] = pixel[at % pixel.Length];
        return samples;
    }

    /// <summary>A PNG of noise; another seed is another image.</summary>
    public static byte[] Png(int seed, int width = 8, int height = 8) => PngWriter.Write(width, height, Noise(width, height, seed));

    public static Image Vips(byte[] samples, int width, int height, int bands = 3) =>
        Image.NewFromMemory(samples, width, height, bands, Enums.BandFormat.Uchar);

    /// <summary>[H, W, 3] to [3, H, W].</summary>
    public static byte[] Planar(byte[] interleaved)
    {
        var plane = interleaved.Length / 3;
        var planar = new byte[interleaved.Length];
        for (var at = 0; at < interleaved.Length; at++) planar[(at % 3 * plane) + (at / 3)] = interleaved[at];
        return planar;
    }
}
