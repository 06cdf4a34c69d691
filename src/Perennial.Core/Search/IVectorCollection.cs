namespace Perennial.Core.Search;

/// <summary>The vectors of one encoder: unit length, cosine similarity. Safe for concurrent use; writes are durable when their task completes.</summary>
public interface IVectorCollection : IAsyncDisposable
{
    string Digest { get; }

    int Dimensions { get; }

    /// <summary>Points that are stored now.</summary>
    long Count { get; }

    /// <summary>Those of the given ids that are stored.</summary>
    Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Adds points, or replaces those of the same id: all of them or none.</summary>
    /// <exception cref="DimensionMismatchException">A vector has another length.</exception>
    /// <exception cref="ArgumentException">A vector is not finite or not of unit length, or an id is empty.</exception>
    Task UpsertAsync(IReadOnlyList<VectorPoint> points, CancellationToken cancellationToken);

    /// <summary>Replaces label and metadata and leaves the vectors; unknown ids are passed over.</summary>
    Task SetPayloadAsync(IReadOnlyList<VectorPayload> payloads, CancellationToken cancellationToken);

    /// <summary>Removes points; unknown ids are passed over.</summary>
    Task DeleteAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>The k points of highest cosine that the filter lets through, best first, equal scores by id; fewer when there are fewer.</summary>
    /// <param name="query">Unit length, [Dimensions].</param>
    /// <param name="k">1 or more.</param>
    /// <param name="filter">Null: all points.</param>
    /// <param name="cancellationToken">Ends a scan early.</param>
    /// <exception cref="DimensionMismatchException">The query has another length.</exception>
    /// <exception cref="ArgumentException">The query is not finite or not of unit length.</exception>
    Task<IReadOnlyList<SearchHit>> SearchAsync(ReadOnlyMemory<float> query, int k, SearchFilter? filter, CancellationToken cancellationToken);

    /// <summary>A copy of a stored vector, or null.</summary>
    Task<float[]?> FindVectorAsync(string id, CancellationToken cancellationToken);
}
