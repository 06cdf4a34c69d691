namespace Perennial.Core.Search.Qdrant;

/// <summary>
/// Vectors in a Qdrant (1.10 or newer), over its REST API: a collection for each encoder digest, with int8 scalar quantisation and scores by the vectors themselves.
/// Opening succeeds without Qdrant; what is asked then ends with <see cref="VectorIndexUnavailableException"/> until it answers.
/// </summary>
public sealed class QdrantVectorIndex : IVectorIndex, IAsyncDisposable
{
    /// <summary>After an answer that did not come, nobody waits for another one for as long.</summary>
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RemoteCollection> _known = new(StringComparer.Ordinal);
    private readonly QdrantClient _client;
    private readonly QdrantSettings _settings;
    private readonly CollectionNames _names;
    private readonly ServingAlias _alias;
    private readonly TimeProvider _time;
    private long _impatientUntil;

    /// <param name="http">With the server's address and, where one is needed, the header <c>api-key</c>. Its time limit ends every request.</param>
    /// <param name="settings">Names and sizes.</param>
    /// <param name="time">Clock; null: the system's.</param>
    public QdrantVectorIndex(HttpClient http, QdrantSettings settings, TimeProvider? time = null)
    {
        (_client, _settings, _names, _time) = (new QdrantClient(http), settings, new CollectionNames(settings), time ?? TimeProvider.System);
        _alias = new ServingAlias(_client, _names.Alias, _time);
    }

    public async Task<IVectorCollection> OpenAsync(string digest, int dimensions, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        _ = _names.New(digest); // refuses what is not a digest
        RemoteCollection? remote;
        lock (_gate)
        {
            if (!_known.TryGetValue(digest, out remote)) _known.Add(digest, remote = new RemoteCollection(_client, _names, digest, dimensions, _alias.Renew));
        }
        if (remote.Dimensions != dimensions)
            throw new DimensionMismatchException($"The collection {digest} has {remote.Dimensions} dimensions; {dimensions} were asked for.", remote.Dimensions, dimensions);
        try
        {
            await PatientlyAsync(remote.NameAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (VectorIndexUnavailableException)
        {
            // made sure of when it is used
        }
        catch (MissingCollectionException)
        {
            // removed by somebody in this moment: likewise
        }
        catch (Exception fault) when (fault is DimensionMismatchException or CorruptCollectionException)
        {
            lock (_gate) _known.Remove(digest);
            throw;
        }
        return new QdrantCollection(_client, remote, _settings);
    }

    /// <inheritdoc/>
    /// <exception cref="VectorIndexUnavailableException">Qdrant does not answer; the collection is closed, and stays in Qdrant.</exception>
    public async Task DropAsync(string digest, CancellationToken cancellationToken)
    {
        _ = _names.New(digest);
        lock (_gate)
        {
            if (_known.Remove(digest, out RemoteCollection? remote)) remote.Drop();
        }
        foreach (string name in await _client.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_names.IsOf(digest, name)) await _client.DropAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="VectorIndexUnavailableException">Qdrant does not answer.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        string[] names = await PatientlyAsync(_client.ListAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return [.. names.Select(_names.DigestOf).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public void Serves(string digest)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(digest, out RemoteCollection? remote)) _alias.Follow(remote);
        }
    }

    /// <summary>Qdrant's version.</summary>
    /// <exception cref="VectorIndexUnavailableException">It cannot be reached, or refuses the key.</exception>
    public async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        VersionInfo info = await _client.GetAsync<VersionInfo>("", cancellationToken).ConfigureAwait(false);
        await _client.ListAsync(cancellationToken).ConfigureAwait(false); // the version is told without a key too
        return info.Version;
    }

    /// <summary>Leaves the alias as it is; collections need no closing.</summary>
    public ValueTask DisposeAsync() => _alias.DisposeAsync();

    /// <summary>A start must not wait for a Qdrant that hangs: once for <see cref="QdrantSettings.Patience"/>, and then no more for a while.</summary>
    private async Task<T> PatientlyAsync<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        TimeSpan patience = _time.GetTimestamp() < Interlocked.Read(ref _impatientUntil) ? TimeSpan.Zero : _settings.Patience;
        try
        {
            return await answer.WaitAsync(patience, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException fault)
        {
            Interlocked.Exchange(ref _impatientUntil, _time.GetTimestamp() + (long)(Impatience.TotalSeconds * _time.TimestampFrequency));
            throw new VectorIndexUnavailableException("The vector index did not answer in time; try again later.", $"Qdrant did not answer within {_settings.Patience.TotalSeconds} s.", fault);
        }
    }
}
