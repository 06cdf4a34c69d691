namespace Perennial.Core.Search.Qdrant;

/// <summary>Qdrant does not know the collection: it was lost, or removed by somebody.</summary>
internal sealed class MissingCollectionException(string reason) : Exception(reason);
