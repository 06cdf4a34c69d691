namespace Perennial.Core.Search;

/// <summary>Stored vectors that cannot be trusted. They are derived data: drop the collection and let it be filled again from the corpus.</summary>
public sealed class CorruptCollectionException(string message, Exception? inner = null) : Exception(message, inner);
