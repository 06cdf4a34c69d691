namespace Perennial.Core.Search;

/// <summary>Collections of vectors, one for each encoder digest: vectors of two encoders never meet.</summary>
public interface IVectorIndex
{
    /// <summary>Opens a collection and creates it when absent. Opening it again, also while it is open, is allowed.</summary>
    /// <param name="digest">The encoder's digest, "sha256:" and hexadecimal digits.</param>
    /// <param name="dimensions">Length of a vector.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="DimensionMismatchException">The collection exists with another dimension.</exception>
    /// <exception cref="CorruptCollectionException">What is stored cannot be trusted; drop the collection and fill it anew.</exception>
    Task<IVectorCollection> OpenAsync(string digest, int dimensions, CancellationToken cancellationToken);

    /// <summary>Removes a collection with all its vectors; nothing happens when there is none. Searches that are running finish.</summary>
    Task DropAsync(string digest, CancellationToken cancellationToken);

    /// <summary>Digests of the collections that exist, in order.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);
}
