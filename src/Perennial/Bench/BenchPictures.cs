using SkiaSharp;

namespace Perennial.Bench;

/// <summary>JPEGs as cameras make them: smooth shapes and grain, about 0.5 bytes a pixel.</summary>
internal static class BenchPictures
{
    private const int Quality = 92;

    /// <summary>Different pictures of one size; the same seed gives the same bytes.</summary>
    public static byte[][] Render(int count, int width, int height, int seed = 1)
    {
        byte[][] pictures = new byte[count][];
        for (int i = 0; i < count; i++) pictures[i] = Render(width, height, new Random(seed + i));
        return pictures;
    }

    private static byte[] Render(int width, int height, Random random)
    {
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (SKCanvas canvas = new(bitmap))
        using (SKPaint paint = new() { IsAntialias = true })
        {
            canvas.Clear(Colour(random));
            for (int shape = 0; shape < 40; shape++)
            {
                paint.Color = Colour(random).WithAlpha((byte)random.Next(60, 255));
                canvas.DrawOval(random.Next(width), random.Next(height), random.Next(2, 2 + width / 3), random.Next(2, 2 + height / 3), paint);
            }
        }
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)Math.Clamp(pixels[i] + random.Next(-9, 10), 0, 255); // grain; the fourth channel is not looked at
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    private static SKColor Colour(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
}
