using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>Walls under a gable roof with a door, windows and perhaps a chimney.</summary>
internal sealed class House : ISampleFamily
{
    public string Name => "house";

    public float MaxTilt => 14;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        float half = random.Between(0.6f, 0.85f);
        float eaves = random.Between(-0.3f, 0.05f);
        if (random.Chance(0.6))
        {
            float x = random.Chance(0.5) ? 0.35f : -0.55f;
            canvas.DrawRect(x, -0.95f, 0.2f, 0.7f, ink.Fill(Ink.Shade(ink.Body, 0.7f)));
        }
        using var walls = new SKPath();
        walls.AddRect(new SKRect(-half, eaves, half, 0.95f));
        ink.Paint(canvas, walls, ink.Body);
        float overhang = random.Between(0.08f, 0.18f);
        using var roof = new SKPath();
        roof.MoveTo(-half - overhang, eaves + 0.05f);
        roof.LineTo(random.Between(-0.12f, 0.12f), random.Between(-1f, -0.8f));
        roof.LineTo(half + overhang, eaves + 0.05f);
        roof.Close();
        ink.Paint(canvas, roof, ink.Detail);
        SKColor opening = Ink.Shade(ink.Detail, 0.65f);
        float door = random.Between(-half + 0.1f, half - 0.4f);
        canvas.DrawRect(door, 0.4f, 0.28f, 0.55f, ink.Fill(opening));
        SKColor pane = Ink.Shade(ink.Body, random.Chance(0.5) ? 1.6f : 0.5f);
        foreach (float side in new[] { -0.55f, 0.25f })
        {
            if (Math.Abs(door - (side * half)) > 0.3f || eaves < -0.15f)
            {
                var window = SKRect.Create(side * half, eaves + 0.15f, 0.28f, 0.24f);
                canvas.DrawRect(window, ink.Fill(pane));
                canvas.DrawLine(window.MidX, window.Top, window.MidX, window.Bottom, ink.Stroke(opening, 0.035f));
                canvas.DrawLine(window.Left, window.MidY, window.Right, window.MidY, ink.Stroke(opening, 0.035f));
            }
        }
    }
}
