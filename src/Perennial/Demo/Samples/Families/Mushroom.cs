using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>A spotted cap on a stalk, sometimes with a small one beside it.</summary>
internal sealed class Mushroom : ISampleFamily
{
    public string Name => "mushroom";

    public float MaxTilt => 22;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        if (random.Chance(0.35))
        {
            canvas.Save();
            canvas.Translate(random.Chance(0.5) ? 0.62f : -0.62f, 0.5f);
            canvas.Scale(0.42f);
            DrawOne(canvas, ink, random);
            canvas.Restore();
        }
        DrawOne(canvas, ink, random);
    }

    private static void DrawOne(SKCanvas canvas, Ink ink, Random random)
    {
        float rim = random.Between(-0.1f, 0.15f);
        float stalk = random.Between(0.2f, 0.34f);
        using var stem = new SKPath();
        stem.MoveTo(-stalk * 0.8f, rim - 0.05f);
        stem.QuadTo(-stalk * 0.7f, 0.5f, -stalk * 1.2f, 1);
        stem.LineTo(stalk * 1.2f, 1);
        stem.QuadTo(stalk * 0.7f, 0.5f, stalk * 0.8f, rim - 0.05f);
        stem.Close();
        ink.Paint(canvas, stem, Ink.Shade(ink.Detail, 1.1f));
        float peak = random.Between(-1.35f, -1f);
        float reach = random.Between(0.78f, 1f);
        using var cap = new SKPath();
        cap.MoveTo(-reach, rim);
        cap.CubicTo(-reach * 0.9f, peak, reach * 0.9f, peak, reach, rim);
        cap.QuadTo(0, rim + random.Between(0.05f, 0.3f), -reach, rim);
        cap.Close();
        ink.Paint(canvas, cap, ink.Body);
        canvas.Save();
        canvas.ClipPath(cap, antialias: true);
        int spots = random.Among(4, 8);
        for (int i = 0; i < spots; i++)
        {
            canvas.DrawCircle(random.Between(-0.75f, 0.75f), random.Between(-0.85f, rim), random.Between(0.07f, 0.16f), ink.Fill(ink.Detail));
        }
        canvas.Restore();
    }
}
