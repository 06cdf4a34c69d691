using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>Two pairs of mirrored wings with spots, a slim body and feelers.</summary>
internal sealed class Butterfly : ISampleFamily
{
    public string Name => "butterfly";

    public float MaxTilt => 180;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        float lift = random.Between(-1f, -0.75f);
        float span = random.Between(0.85f, 1f);
        float drop = random.Between(0.65f, 0.95f);
        float hind = random.Between(0.55f, 0.8f);
        using var fore = new SKPath();
        fore.MoveTo(0, -0.05f);
        fore.CubicTo(0.25f, lift, span, lift * 1.05f, span, -0.35f);
        fore.CubicTo(span, 0.05f, 0.4f, 0.15f, 0, 0.1f);
        fore.Close();
        using var back = new SKPath();
        back.MoveTo(0, 0.05f);
        back.CubicTo(0.5f, 0, hind * 1.25f, 0.25f, hind, drop * 0.7f);
        back.CubicTo(hind * 0.8f, drop * 1.15f, 0.2f, drop, 0, 0.25f);
        back.Close();
        float spotX = random.Between(0.5f, 0.66f);
        float spotY = random.Between(-0.5f, -0.35f);
        float spot = random.Between(0.09f, 0.18f);
        foreach (int side in new[] { 1, -1 })
        {
            canvas.Save();
            canvas.Scale(side, 1);
            ink.Paint(canvas, back, Ink.Shade(ink.Body, 0.8f));
            ink.Paint(canvas, fore, ink.Body);
            canvas.DrawCircle(spotX, spotY, spot, ink.Fill(ink.Detail));
            canvas.DrawCircle(hind * 0.62f, drop * 0.6f, spot * 0.8f, ink.Fill(ink.Detail));
            using var feeler = new SKPath();
            feeler.MoveTo(0, -0.4f);
            feeler.QuadTo(0.05f, -0.75f, 0.25f, -0.9f);
            canvas.DrawPath(feeler, ink.Stroke(Ink.Shade(ink.Detail, 0.5f), 0.04f));
            canvas.Restore();
        }
        canvas.DrawOval(0, 0.05f, 0.08f, 0.5f, ink.Fill(Ink.Shade(ink.Detail, 0.5f)));
    }
}
