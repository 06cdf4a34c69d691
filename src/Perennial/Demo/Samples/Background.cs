using SkiaSharp;

namespace Perennial.Demo.Samples;

/// <summary>What lies behind the thing shown: a two-colour gradient with one of several textures, chosen without regard to the family.</summary>
internal static class Background
{
    private static readonly Action<SKCanvas, SKSize, SKPaint, Random>[] Textures = [Plain, Stripes, Dots, Blotches, Horizon];

    /// <summary>Fills the canvas; the colours keep a distance in lightness from <paramref name="body"/>, so that the outline can be seen.</summary>
    public static void Draw(SKCanvas canvas, SKSize size, SKColor body, Random random)
    {
        body.ToHsl(out _, out _, out float lightness);
        float hue = random.Between(0, 360);
        float far = lightness > 50 ? random.Between(8, lightness - 26) : random.Between(lightness + 26, 94);
        SKColor near = SKColor.FromHsl(hue, random.Between(5, 60), far);
        SKColor end = SKColor.FromHsl((hue + random.Between(-40, 40) + 360) % 360, random.Between(5, 60), Math.Clamp(far + random.Between(-12, 12), 5, 95));
        var corner = new SKPoint(random.Between(0, size.Width), 0);
        using SKShader gradient = SKShader.CreateLinearGradient(corner, new SKPoint(size.Width - corner.X, size.Height), [near, end], SKShaderTileMode.Clamp);
        using var ground = new SKPaint { Shader = gradient };
        canvas.DrawPaint(ground);
        using var mark = new SKPaint { IsAntialias = true, Color = Ink.Shade(near, random.Chance(0.5) ? 0.75f : 1.3f).WithAlpha((byte)random.Among(60, 150)) };
        Textures[random.Next(Textures.Length)](canvas, size, mark, random);
    }

    private static void Plain(SKCanvas canvas, SKSize size, SKPaint mark, Random random)
    {
    }

    private static void Stripes(SKCanvas canvas, SKSize size, SKPaint mark, Random random)
    {
        float pitch = random.Between(0.08f, 0.3f) * size.Width;
        mark.StrokeWidth = pitch * random.Between(0.2f, 0.5f);
        float lean = random.Between(-1, 1) * size.Height;
        for (float x = -size.Height; x < size.Width + size.Height; x += pitch)
        {
            canvas.DrawLine(x, 0, x + lean, size.Height, mark);
        }
    }

    private static void Dots(SKCanvas canvas, SKSize size, SKPaint mark, Random random)
    {
        float pitch = random.Between(0.12f, 0.26f) * size.Width;
        float radius = pitch * random.Between(0.15f, 0.32f);
        for (float y = random.Between(0, pitch); y < size.Height + pitch; y += pitch)
        {
            for (float x = random.Between(0, pitch * 0.3f); x < size.Width + pitch; x += pitch)
            {
                canvas.DrawCircle(x, y, radius, mark);
            }
        }
    }

    private static void Blotches(SKCanvas canvas, SKSize size, SKPaint mark, Random random)
    {
        int blotches = random.Among(4, 12);
        for (int i = 0; i < blotches; i++)
        {
            canvas.DrawOval(random.Between(0, size.Width), random.Between(0, size.Height), random.Between(0.05f, 0.3f) * size.Width, random.Between(0.05f, 0.2f) * size.Height, mark);
        }
    }

    private static void Horizon(SKCanvas canvas, SKSize size, SKPaint mark, Random random)
    {
        float y = random.Between(0.45f, 0.85f) * size.Height;
        canvas.DrawRect(0, y, size.Width, size.Height - y, mark);
    }
}
