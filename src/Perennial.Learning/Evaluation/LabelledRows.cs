using Perennial.Core.Corpus;

namespace Perennial.Learning.Evaluation;

/// <summary>Those rows of a set that have a label, with the label as a number. Classes are the labels in ordinal order.</summary>
/// <param name="Rows">Rows of the set.</param>
/// <param name="Labels">Class of each, an index into <paramref name="Classes"/>.</param>
/// <param name="Classes">Names of the classes.</param>
public sealed record LabelledRows(IReadOnlyList<int> Rows, int[] Labels, IReadOnlyList<string> Classes)
{
    /// <summary>The classes are those of <paramref name="bank"/>; a query of another class cannot be named rightly and counts as missed.</summary>
    public static (LabelledRows Bank, LabelledRows Queries) Of(TileSet tiles, IReadOnlyList<int> bank, IReadOnlyList<int> queries)
    {
        int[] bankRows = [.. bank.Where(row => tiles.Labels[row] is not null)], queryRows = [.. queries.Where(row => tiles.Labels[row] is not null)];
        string[] classes = [.. bankRows.Select(row => tiles.Labels[row]!).Distinct().Order(StringComparer.Ordinal)];
        var numbers = classes.Select((name, number) => (name, number)).ToDictionary(entry => entry.name, entry => entry.number, StringComparer.Ordinal);
        int[] Numbered(int[] rows) => [.. rows.Select(row => numbers.GetValueOrDefault(tiles.Labels[row]!, -1))];
        return (new(bankRows, Numbered(bankRows), classes), new(queryRows, Numbered(queryRows), classes));
    }
}
