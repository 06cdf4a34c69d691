using SkiaSharp;

namespace Perennial.Demo.Samples;

/// <summary>Composes one picture: background, the thing in a random pose, what stands before it, light, lens, grain, encoding.</summary>
internal static class SampleScene
{
    /// <summary>Renders a picture of 56 to 80 pixels a side.</summary>
    /// <returns>The encoded bytes and whether they are a JPEG (else a PNG).</returns>
    public static (byte[] Bytes, bool Jpeg) Render(ISampleFamily family, Random random)
    {
        var size = new SKSizeI(random.Among(56, 80), random.Among(56, 80));
        using var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var ink = new Ink(random);
        Background.Draw(canvas, size, ink.Body, random);
        using var lens = new SKPaint();
        using SKImageFilter? blur = random.Chance(0.35) ? SKImageFilter.CreateBlur(random.Between(0.4f, 1.1f), random.Between(0.4f, 1.1f)) : null;
        lens.ImageFilter = blur;
        canvas.SaveLayer(lens);
        Pose(canvas, size, family, random);
        family.Draw(canvas, ink, random);
        canvas.Restore();
        canvas.ResetMatrix();
        if (random.Chance(0.25))
        {
            Weather.Occlude(canvas, size, random);
        }
        Weather.Light(canvas, size, random);
        canvas.Flush();
        Weather.Grain(bitmap, random.Between(1, 12), random);
        bool jpeg = random.Chance(0.7);
        using SKData data = jpeg ? bitmap.Encode(SKEncodedImageFormat.Jpeg, random.Among(70, 95)) : bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return (data.ToArray(), jpeg);
    }

    /// <summary>Position, scale, turn, lean and mirror image.</summary>
    private static void Pose(SKCanvas canvas, SKSizeI size, ISampleFamily family, Random random)
    {
        float half = Math.Min(size.Width, size.Height) / 2f * random.Between(0.58f, 0.92f);
        float slackX = Math.Max(0, (size.Width / 2f) - half) + (half * 0.12f);
        float slackY = Math.Max(0, (size.Height / 2f) - half) + (half * 0.12f);
        canvas.Translate((size.Width / 2f) + random.Between(-slackX, slackX), (size.Height / 2f) + random.Between(-slackY, slackY));
        canvas.RotateDegrees(random.Between(-family.MaxTilt, family.MaxTilt));
        canvas.Skew(random.Between(-0.15f, 0.15f), 0);
        canvas.Scale(half * random.Between(0.88f, 1.05f) * (random.Chance(0.5) ? 1 : -1), half * random.Between(0.88f, 1.05f));
    }
}
