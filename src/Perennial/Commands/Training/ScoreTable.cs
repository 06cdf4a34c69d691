using System.Globalization;
using Perennial.Commands.Terminals;
using Spectre.Console;

namespace Perennial.Commands.Training;

/// <summary>Two columns, what and how much.</summary>
internal sealed class ScoreTable(string title)
{
    private readonly Table _table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title)).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();

    public ScoreTable Share(string name, double? share, bool strong = false)
        => share is { } value ? Text(name, string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1} %"), strong) : this;

    public ScoreTable Number(string name, double? number, string format = "F3")
        => number is { } value ? Text(name, value.ToString(format, CultureInfo.InvariantCulture)) : this;

    public ScoreTable Text(string name, string value, bool strong = false)
    {
        _table.AddRow(new Text(name), new Text(value, strong ? new Style(Color.Green, decoration: Decoration.Bold) : Style.Plain));
        return this;
    }

    public void Show(Terminal terminal) => terminal.Results.Write(_table);
}
