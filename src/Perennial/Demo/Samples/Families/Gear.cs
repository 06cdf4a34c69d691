using SkiaSharp;

namespace Perennial.Demo.Samples.Families;

/// <summary>A toothed wheel with a hub, sometimes with holes between hub and rim.</summary>
internal sealed class Gear : ISampleFamily
{
    public string Name => "gear";

    public float MaxTilt => 180;

    public void Draw(SKCanvas canvas, Ink ink, Random random)
    {
        int teeth = random.Among(7, 13);
        float root = random.Between(0.66f, 0.78f);
        float flat = random.Between(0.18f, 0.3f);
        using var wheel = new SKPath { FillType = SKPathFillType.EvenOdd };
        for (int tooth = 0; tooth < teeth; tooth++)
        {
            foreach ((float at, float radius) in new[] { (-0.5f, root), (-flat, root), (-flat * 0.7f, 1f), (flat * 0.7f, 1f), (flat, root), (0.5f, root) })
            {
                double angle = (tooth + at) / teeth * Math.Tau;
                var point = new SKPoint((float)Math.Cos(angle) * radius, (float)Math.Sin(angle) * radius);
                if (wheel.IsEmpty)
                {
                    wheel.MoveTo(point);
                }
                else
                {
                    wheel.LineTo(point);
                }
            }
        }
        wheel.Close();
        float hub = random.Between(0.16f, 0.3f);
        wheel.AddCircle(0, 0, hub);
        if (random.Chance(0.6))
        {
            int holes = random.Among(3, 6);
            float between = (hub + root) / 2;
            for (int hole = 0; hole < holes; hole++)
            {
                double angle = (double)hole / holes * Math.Tau;
                wheel.AddCircle((float)Math.Cos(angle) * between, (float)Math.Sin(angle) * between, (root - hub) * 0.3f);
            }
        }
        ink.Paint(canvas, wheel, ink.Body);
        canvas.DrawCircle(0, 0, (hub + root) * 0.52f, ink.Stroke(ink.Detail.WithAlpha(120), 0.04f));
    }
}
