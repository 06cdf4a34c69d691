namespace Perennial.Commands.Training;

/// <summary>A sample that is always the same for the same images, and takes from each class in turn.</summary>
internal static class BalancedSample
{
    /// <summary>Takes the classes in turn, in each the items by their key, until there are <paramref name="limit"/>.</summary>
    /// <param name="items">From where.</param>
    /// <param name="label">Class of an item; items without one form a class of their own.</param>
    /// <param name="key">An arbitrary but fixed order inside a class, such as a content hash.</param>
    /// <param name="limit">How many; null for all.</param>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> items, Func<T, string?> label, Func<T, string> key, int? limit)
        => limit is null || items.Count <= limit ? items
            : [.. items.GroupBy(label)
                .SelectMany(group => group.OrderBy(key, StringComparer.Ordinal).Select((item, turn) => (item, turn)))
                .OrderBy(drawn => drawn.turn).ThenBy(drawn => key(drawn.item), StringComparer.Ordinal)
                .Take(limit.Value).Select(drawn => drawn.item)];
}
