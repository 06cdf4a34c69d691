using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>An open umbrella: panels that end in scallops, a shaft and a hooked handle.</summary>
internal sealed class Umbrella : ISampleFamily
{
    public string Name => "umbrella";

    public float MaxTilt => 40;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        float edge = random.Between(-0.15f, 0.1f);
        float hook = random.Between(0.14f, 0.24f) * (random.Chance(0.5) ? 1 : -1);
        using var shaft = new SKPath();
        shaft.MoveTo(0, -1);
        shaft.LineTo(0, 0.78f);
        shaft.CubicTo(0, 1.02f, hook * 1.8f, 1.02f, hook * 1.8f, 0.75f);
        canvas.DrawPath(shaft, ink.Stroke(Ink.Shade(ink.Detail, 0.55f), random.Between(0.07f, 0.11f)));
        int panels = random.Among(4, 6);
        float top = random.Between(-0.95f, -0.75f);
        for (int panel = 0; panel < panels; panel++)
        {
            float left = -1 + (2f * panel / panels);
            float right = -1 + (2f * (panel + 1) / panels);
            using var cloth = new SKPath();
            cloth.MoveTo(0, top);
            cloth.QuadTo(left * 0.95f, top + 0.08f, left, edge);
            cloth.QuadTo((left + right) / 2, edge - 0.18f, right, edge);
            cloth.QuadTo(right * 0.95f, top + 0.08f, 0, top);
            cloth.Close();
            ink.Paint(canvas, cloth, panel % 2 == 0 ? ink.Body : ink.Detail);
        }
    }
}
