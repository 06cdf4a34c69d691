using SkiaSharp;

namespace Perennial.Demo.Samples;

/// <summary>
/// The colours and the light of one picture. Hues are drawn without regard to the family, so that colour says nothing about what is shown.
/// </summary>
internal sealed class Ink : IDisposable
{
    private readonly List<IDisposable> _made = [];
    private readonly SKPoint _lit;
    private readonly float _relief;

    public Ink(Random random)
    {
        float hue = random.Between(0, 360);
        float lightness = random.Between(25, 75);
        float saturation = random.Between(15, 85);
        Body = SKColor.FromHsl(hue, saturation, lightness);
        Detail = SKColor.FromHsl((hue + random.Between(25, 335)) % 360, random.Between(15, 85), lightness > 50 ? random.Between(18, 42) : random.Between(58, 85));
        Outline = Shade(Body, random.Between(0.25f, 0.6f)).WithAlpha((byte)random.Among(90, 230));
        OutlineWidth = random.Chance(0.3) ? 0 : random.Between(0.02f, 0.07f);
        double angle = random.NextDouble() * Math.Tau;
        _lit = new SKPoint((float)Math.Cos(angle), (float)Math.Sin(angle));
        _relief = random.Between(0.05f, 0.4f);
    }

    public SKColor Body { get; }

    public SKColor Detail { get; }

    public SKColor Outline { get; }

    /// <summary>In units of the family's square; 0 where this picture has no outlines.</summary>
    public float OutlineWidth { get; }

    /// <summary>A filling that is lighter on the lit side.</summary>
    public SKPaint Fill(SKColor colour)
    {
        SKShader shader = Own(SKShader.CreateLinearGradient(_lit, new SKPoint(-_lit.X, -_lit.Y), [Shade(colour, 1 + _relief), Shade(colour, 1 - _relief)], SKShaderTileMode.Clamp));
        return Own(new SKPaint { IsAntialias = true, Shader = shader });
    }

    /// <summary>A line of the given width in units of the family's square.</summary>
    public SKPaint Stroke(SKColor colour, float width)
        => Own(new SKPaint { IsAntialias = true, Color = colour, Style = SKPaintStyle.Stroke, StrokeWidth = width, StrokeCap = SKStrokeCap.Round, StrokeJoin = SKStrokeJoin.Round });

    /// <summary>Fills the shape and, where this picture has outlines, draws its border.</summary>
    public void Paint(SKCanvas canvas, SKPath shape, SKColor colour)
    {
        canvas.DrawPath(shape, Fill(colour));
        if (OutlineWidth > 0)
        {
            canvas.DrawPath(shape, Stroke(Outline, OutlineWidth));
        }
    }

    /// <summary>Brightness times <paramref name="factor"/>; hue and alpha stay.</summary>
    public static SKColor Shade(SKColor colour, float factor)
        => new(Scale(colour.Red, factor), Scale(colour.Green, factor), Scale(colour.Blue, factor), colour.Alpha);

    public void Dispose() => _made.ForEach(item => item.Dispose());

    private static byte Scale(byte channel, float factor) => (byte)Math.Clamp(channel * factor, 0, 255);

    private T Own<T>(T item) where T : IDisposable
    {
        _made.Add(item);
        return item;
    }
}
