using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>A cup with a handle on a saucer, banded, often steaming.</summary>
internal sealed class Teacup : ISampleFamily
{
    public string Name => "teacup";

    public float MaxTilt => 16;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        float rim = random.Between(-0.5f, -0.2f);
        float foot = random.Between(0.3f, 0.5f);
        const float Bottom = 0.72f;
        canvas.DrawOval(0, 0.78f, 0.95f, 0.17f, ink.Fill(Ink.Shade(ink.Detail, 0.9f)));
        canvas.DrawOval(0, 0.74f, 0.6f, 0.09f, ink.Fill(Ink.Shade(ink.Detail, 0.65f)));
        float grip = random.Between(0.24f, 0.36f);
        canvas.DrawOval(0.66f, rim + 0.42f, grip, random.Between(0.24f, 0.34f), ink.Stroke(Ink.Shade(ink.Body, 0.9f), random.Between(0.1f, 0.15f)));
        using var bowl = new SKPath();
        bowl.MoveTo(-0.75f, rim);
        bowl.CubicTo(-0.72f, 0.4f, -foot, Bottom, -foot, Bottom);
        bowl.LineTo(foot, Bottom);
        bowl.CubicTo(foot, Bottom, 0.72f, 0.4f, 0.75f, rim);
        bowl.Close();
        ink.Paint(canvas, bowl, ink.Body);
        canvas.Save();
        canvas.ClipPath(bowl, antialias: true);
        canvas.DrawRect(-1, rim + random.Between(0.3f, 0.45f), 2, random.Between(0.1f, 0.2f), ink.Fill(ink.Detail));
        canvas.Restore();
        canvas.DrawOval(0, rim, 0.75f, 0.17f, ink.Fill(Ink.Shade(ink.Body, 1.25f)));
        canvas.DrawOval(0, rim + 0.03f, 0.64f, 0.11f, ink.Fill(Ink.Shade(ink.Detail, 0.55f)));
        if (random.Chance(0.6))
        {
            foreach (float x in new[] { -0.25f, 0.15f })
            {
                using var steam = new SKPath();
                steam.MoveTo(x, rim - 0.1f);
                steam.CubicTo(x + 0.25f, rim - 0.25f, x - 0.2f, rim - 0.4f, x + 0.08f, -0.98f);
                canvas.DrawPath(steam, ink.Stroke(new SKColor(255, 255, 255, 150), 0.06f));
            }
        }
    }
}
