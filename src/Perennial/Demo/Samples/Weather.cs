using SkiaSharp;

namespace Perennial.Demo.Samples;

/// <summary>What a camera and its surroundings add: something in front, uneven light, a soft lens and grain.</summary>
internal static class Weather
{
    /// <summary>A blade, a post or a blob that hides a part of what is shown.</summary>
    public static void Occlude(SKCanvas canvas, SKSize size, Random random)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = SKColor.FromHsl(random.Between(0, 360), random.Between(5, 50), random.Between(10, 85)) };
        float width = random.Between(0.06f, 0.14f) * size.Width;
        if (random.Chance(0.5))
        {
            paint.StrokeWidth = width;
            float x = random.Between(0.15f, 0.85f) * size.Width;
            canvas.DrawLine(x, -4, x + (random.Between(-0.4f, 0.4f) * size.Width), size.Height + 4, paint);
        }
        else
        {
            canvas.DrawCircle(random.Between(0, size.Width), random.Between(0, size.Height), width * random.Between(0.8f, 1.8f), paint);
        }
    }

    /// <summary>Darkens towards one side.</summary>
    public static void Light(SKCanvas canvas, SKSize size, Random random)
    {
        double angle = random.NextDouble() * Math.Tau;
        var half = new SKPoint((float)Math.Cos(angle) * size.Width / 2, (float)Math.Sin(angle) * size.Height / 2);
        var middle = new SKPoint(size.Width / 2, size.Height / 2);
        using SKShader shade = SKShader.CreateLinearGradient(
            middle - half, middle + half, [SKColors.Black.WithAlpha((byte)random.Among(20, 130)), SKColors.White.WithAlpha((byte)random.Among(0, 50))], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shade };
        canvas.DrawPaint(paint);
    }

    /// <summary>Adds Gaussian-like grain of the given strength (in 8-bit steps) to every channel alike.</summary>
    public static void Grain(SKBitmap bitmap, float strength, Random random)
    {
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int at = 0; at < pixels.Length; at += 4)
        {
            float grain = (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f) * 2 * strength;
            for (int channel = 0; channel < 3; channel++)
            {
                pixels[at + channel] = (byte)Math.Clamp(pixels[at + channel] + grain, 0, 255);
            }
        }
    }
}
