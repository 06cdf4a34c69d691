namespace Perennial.Learning.Finetuning;

/// <summary>Labels as class numbers. Classes are sorted by ordinal comparison, so the same labels give the same numbers anywhere.</summary>
/// <param name="Classes">The distinct labels, sorted.</param>
/// <param name="Indices">For each label given, its place in <paramref name="Classes"/>.</param>
public sealed record ClassLabels(IReadOnlyList<string> Classes, int[] Indices)
{
    /// <summary>Numbers labels.</summary>
    public static ClassLabels Of(IEnumerable<string> labels)
    {
        string[] given = [.. labels];
        string[] classes = [.. given.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new(classes, Array.ConvertAll(given, label => Array.BinarySearch(classes, label, StringComparer.Ordinal)));
    }
}
