namespace Perennial.Core.Search.Qdrant;

/// <summary>How the collections of one data directory are kept in a Qdrant.</summary>
/// <param name="Prefix">Begins the name of every collection, and of the alias <c>PREFIX_serving</c>; letters, digits, '-' and '_'.</param>
/// <param name="Owner">8 hexadecimal digits that belong to the data directory: collections of another owner are never touched, so that two servers with one Qdrant do not remove each other's.</param>
public sealed record QdrantSettings(string Prefix, string Owner)
{
    /// <summary>Points in one request.</summary>
    /// <value>1 or more.</value>
    public int BatchPoints { get; init; } = 256;

    /// <summary>How long opening and listing wait for an answer. A collection that could not be reached in this time is opened all the same, and made sure of when it is used.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);
}
