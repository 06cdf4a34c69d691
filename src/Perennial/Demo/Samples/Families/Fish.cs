using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>A fish from the side: body, tail, fins, eye, upright stripes.</summary>
internal sealed class Fish : ISampleFamily
{
    public string Name => "fish";

    public float MaxTilt => 40;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        float height = random.Between(0.38f, 0.62f);
        float fork = random.Between(0.3f, 0.5f);
        using var tail = new SKPath();
        tail.MoveTo(0.45f, 0);
        tail.LineTo(1, -fork);
        tail.QuadTo(random.Between(0.7f, 0.9f), 0, 1, fork);
        tail.Close();
        ink.Paint(canvas, tail, ink.Detail);
        using var fins = new SKPath();
        fins.MoveTo(-0.35f, -height * 0.8f);
        fins.QuadTo(0.05f, -height - random.Between(0.25f, 0.45f), 0.4f, -height * 0.35f);
        fins.Close();
        fins.MoveTo(-0.1f, height * 0.7f);
        fins.QuadTo(0.1f, height + random.Between(0.15f, 0.35f), 0.32f, height * 0.4f);
        fins.Close();
        ink.Paint(canvas, fins, ink.Detail);
        using var body = new SKPath();
        body.MoveTo(-1, 0.05f);
        body.CubicTo(-0.6f, -height * 1.3f, 0.15f, -height * 1.2f, 0.62f, 0);
        body.CubicTo(0.15f, height * 1.2f, -0.6f, height * 1.3f, -1, 0.05f);
        body.Close();
        ink.Paint(canvas, body, ink.Body);
        canvas.Save();
        canvas.ClipPath(body, antialias: true);
        int stripes = random.Among(2, 4);
        SKPaint stripe = ink.Stroke(ink.Detail, random.Between(0.07f, 0.14f));
        for (int i = 0; i < stripes; i++)
        {
            float x = -0.35f + (i * 0.75f / stripes);
            using var arc = new SKPath();
            arc.MoveTo(x, -1);
            arc.QuadTo(x + 0.16f, 0, x, 1);
            canvas.DrawPath(arc, stripe);
        }
        canvas.Restore();
        canvas.DrawCircle(-0.66f, -height * 0.18f, 0.1f, ink.Fill(SKColors.White));
        canvas.DrawCircle(-0.68f, -height * 0.18f, 0.055f, ink.Fill(new SKColor(20, 20, 28)));
    }
}
