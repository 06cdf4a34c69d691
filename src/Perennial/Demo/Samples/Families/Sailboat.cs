using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>A hull with a mast, a mainsail and a jib.</summary>
internal sealed class Sailboat : ISampleFamily
{
    public string Name => "sailboat";

    public float MaxTilt => 22;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        float mast = random.Between(-0.2f, 0.15f);
        float deck = random.Between(0.42f, 0.58f);
        canvas.DrawLine(mast, -1, mast, deck, ink.Stroke(Ink.Shade(ink.Detail, 0.55f), 0.06f));
        using var main = new SKPath();
        main.MoveTo(mast + 0.05f, random.Between(-0.98f, -0.85f));
        main.QuadTo(mast + random.Between(0.55f, 0.85f), -0.2f, mast + random.Between(0.6f, 0.8f), deck - 0.12f);
        main.LineTo(mast + 0.05f, deck - 0.12f);
        main.Close();
        ink.Paint(canvas, main, ink.Body);
        using var jib = new SKPath();
        jib.MoveTo(mast - 0.05f, random.Between(-0.85f, -0.55f));
        jib.QuadTo(mast - 0.3f, 0, mast - random.Between(0.5f, 0.75f), deck - 0.1f);
        jib.LineTo(mast - 0.05f, deck - 0.12f);
        jib.Close();
        ink.Paint(canvas, jib, random.Chance(0.5) ? ink.Body : Ink.Shade(ink.Detail, 1.25f));
        float stern = random.Between(0.75f, 1f);
        using var hull = new SKPath();
        hull.MoveTo(-1, deck);
        hull.LineTo(stern, deck);
        hull.QuadTo(stern * 0.85f, 0.98f, stern * 0.5f, 0.98f);
        hull.LineTo(-0.5f, 0.98f);
        hull.QuadTo(-0.85f, 0.85f, -1, deck);
        hull.Close();
        ink.Paint(canvas, hull, ink.Detail);
        canvas.DrawLine(-0.8f, deck + 0.14f, stern * 0.85f, deck + 0.14f, ink.Stroke(ink.Body, 0.05f));
    }
}
