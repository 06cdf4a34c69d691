using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Perennial.Commands.Terminals;

/// <summary>Units per second since the step began.</summary>
internal sealed class PaceColumn(string unit) : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        double seconds = task.ElapsedTime?.TotalSeconds ?? 0;
        if (seconds < 0.2 || task.Value <= 0)
        {
            return Text.Empty;
        }
        return new Text(string.Create(CultureInfo.InvariantCulture, $"{task.Value / seconds:N0} {unit}/s"), new Style(Color.Grey));
    }
}
