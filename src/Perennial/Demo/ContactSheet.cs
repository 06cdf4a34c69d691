using SkiaSharp;

namespace Perennial.Demo;

/// <summary>Pictures in rows on one PNG: the first of each row is a query, the others are what was found for it.</summary>
internal static class ContactSheet
{
    private const int Side = 96;
    private const int Gap = 8;
    private const int CaptionHeight = 14;
    private const int Header = 34;

    /// <summary>Draws the sheet and returns it as PNG.</summary>
    /// <param name="title">A line above the rows.</param>
    /// <param name="rows">May differ in length.</param>
    public static byte[] Draw(string title, IReadOnlyList<IReadOnlyList<SheetPicture>> rows)
    {
        int columns = rows.Max(row => row.Count);
        const int Pitch = Side + Gap;
        var info = new SKImageInfo((columns * Pitch) + (3 * Gap), Header + (rows.Count * (Pitch + CaptionHeight)) + Gap);
        using SKSurface surface = SKSurface.Create(info);
        SKCanvas canvas = surface.Canvas;
        canvas.Clear(new SKColor(250, 250, 248));
        using SKTypeface? typeface = SKTypeface.Default;
        using var heading = new SKFont(typeface, 15);
        using var small = new SKFont(typeface, 10);
        using var text = new SKPaint { Color = new SKColor(40, 40, 44), IsAntialias = true };
        canvas.DrawText(title, Gap, 22, heading, text);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < rows[row].Count; column++)
            {
                float x = Gap + (column * Pitch) + (column > 0 ? Gap : 0);
                float y = Header + (row * (Pitch + CaptionHeight));
                DrawPicture(canvas, SKRect.Create(x, y, Side, Side), rows[row][column]);
                canvas.DrawText(rows[row][column].Caption, x, y + Side + 11, small, text);
            }
        }
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static void DrawPicture(SKCanvas canvas, SKRect square, SheetPicture picture)
    {
        using SKImage? image = SKImage.FromEncodedData(picture.Bytes);
        if (image is not null)
        {
            float scale = Side / (float)Math.Max(image.Width, image.Height);
            SKRect fitted = SKRect.Create(square.MidX - (image.Width * scale / 2), square.MidY - (image.Height * scale / 2), image.Width * scale, image.Height * scale);
            canvas.DrawImage(image, fitted, new SKSamplingOptions(SKCubicResampler.Mitchell));
        }
        if (picture.Right is bool right)
        {
            using var frame = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = 3, Color = right ? new SKColor(44, 160, 80) : new SKColor(214, 62, 56) };
            canvas.DrawRect(square, frame);
        }
    }
}
