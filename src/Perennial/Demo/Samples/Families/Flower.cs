using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>Petals around a disc, seen from above; half of them on a stem with leaves.</summary>
internal sealed class Flower : ISampleFamily
{
    public string Name => "flower";

    public float MaxTilt => 35;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        bool stemmed = random.Chance(0.5);
        float size = stemmed ? 0.62f : 1f;
        float centre = stemmed ? -0.38f : 0;
        if (stemmed)
        {
            DrawStem(canvas, ink, random);
        }
        int petals = random.Among(5, 9);
        float width = random.Between(0.75f, 1.15f) * MathF.PI / petals * size * 0.62f;
        float turn = random.Between(0, 360);
        using var petal = new SKPath();
        petal.MoveTo(0, 0);
        petal.CubicTo(width * 1.6f, -size * 0.35f, width * 1.2f, -size, 0, -size);
        petal.CubicTo(-width * 1.2f, -size, -width * 1.6f, -size * 0.35f, 0, 0);
        petal.Close();
        canvas.Save();
        canvas.Translate(0, centre);
        for (int i = 0; i < petals; i++)
        {
            canvas.Save();
            canvas.RotateDegrees(turn + (i * 360f / petals));
            ink.Paint(canvas, petal, ink.Body);
            canvas.DrawLine(0, -size * 0.3f, 0, -size * 0.75f, ink.Stroke(Ink.Shade(ink.Body, 0.75f), 0.03f));
            canvas.Restore();
        }
        canvas.DrawCircle(0, 0, size * random.Between(0.2f, 0.34f), ink.Fill(ink.Detail));
        canvas.Restore();
    }

    private static void DrawStem(SKCanvas canvas, Ink ink, Random random)
    {
        SKColor green = Ink.Shade(ink.Detail, 0.8f);
        float bend = random.Between(-0.3f, 0.3f);
        using var stem = new SKPath();
        stem.MoveTo(0, -0.3f);
        stem.QuadTo(bend, 0.35f, bend * 0.5f, 1);
        canvas.DrawPath(stem, ink.Stroke(green, random.Between(0.07f, 0.12f)));
        using var leaf = new SKPath();
        leaf.MoveTo(0, 0);
        leaf.QuadTo(0.22f, -0.28f, 0.55f, -0.2f);
        leaf.QuadTo(0.35f, 0.12f, 0, 0);
        canvas.Save();
        canvas.Translate(bend * 0.65f, 0.55f);
        canvas.Scale(random.Chance(0.5) ? 1 : -1, 1);
        canvas.DrawPath(leaf, ink.Fill(green));
        canvas.Restore();
    }
}
