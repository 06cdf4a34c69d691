using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>A single pointed leaf with a midrib and side veins.</summary>
internal sealed class Leaf : ISampleFamily
{
    public string Name => "leaf";

    public float MaxTilt => 180;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        float width = random.Between(0.42f, 0.72f);
        float belly = random.Between(-0.15f, 0.45f);
        using var blade = new SKPath();
        blade.MoveTo(0, -1);
        blade.CubicTo(width * 0.7f, -0.55f, width * 1.5f, belly, 0, 0.72f);
        blade.CubicTo(-width * 1.5f, belly, -width * 0.7f, -0.55f, 0, -1);
        blade.Close();
        canvas.DrawLine(0, 0.6f, random.Between(-0.15f, 0.15f), 1, ink.Stroke(Ink.Shade(ink.Body, 0.6f), 0.09f));
        ink.Paint(canvas, blade, ink.Body);
        SKPaint vein = ink.Stroke(random.Chance(0.5) ? Ink.Shade(ink.Body, 0.6f) : Ink.Shade(ink.Body, 1.5f), random.Between(0.035f, 0.06f));
        canvas.Save();
        canvas.ClipPath(blade, antialias: true);
        canvas.DrawLine(0, -0.95f, 0, 0.72f, vein);
        int veins = random.Among(4, 7);
        float rise = random.Between(0.2f, 0.45f);
        for (int i = 0; i < veins; i++)
        {
            float from = 0.55f - (i * 1.25f / veins);
            canvas.DrawLine(0, from, 0.75f, from - rise, vein);
            canvas.DrawLine(0, from, -0.75f, from - rise, vein);
        }
        canvas.Restore();
    }
}
