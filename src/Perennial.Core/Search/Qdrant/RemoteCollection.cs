namespace Perennial.Core.Search.Qdrant;

/// <summary>
/// What all handles of one collection share: its name, once Qdrant has been asked. It is found or created when it is first needed, and again after it was lost,
/// so that a server starts without Qdrant and goes on when it returns.
/// </summary>
internal sealed class RemoteCollection(QdrantClient client, CollectionNames names, string digest, int dimensions, Action<string> created)
{
    private readonly Lock _gate = new();
    private Task<string>? _opening;
    private bool _dropped;

    public string Digest => digest;

    public int Dimensions => dimensions;

    /// <summary>The collection's name. Whoever needs it meanwhile waits for the same request.</summary>
    /// <exception cref="VectorIndexUnavailableException">Qdrant does not say.</exception>
    public Task<string> NameAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_dropped, typeof(IVectorCollection));
            if (_opening is not { IsFaulted: false, IsCanceled: false }) _opening = Task.Run(OpenAsync, CancellationToken.None);
            return _opening.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Calls Qdrant with the collection's name; once more where the collection turns out to be lost.</summary>
    /// <exception cref="VectorIndexUnavailableException">It cannot be asked now.</exception>
    public async Task<T> CallAsync<T>(Func<string, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            string name = await NameAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await call(name).ConfigureAwait(false);
            }
            catch (MissingCollectionException)
            {
                Forget(name);
                return await call(await NameAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            }
        }
        catch (MissingCollectionException fault)
        {
            throw new VectorIndexUnavailableException("The vectors are not where they were; they are being filled in again.", fault.Message, fault);
        }
        catch (Exception fault) when (fault is DimensionMismatchException or CorruptCollectionException)
        {
            throw new VectorIndexUnavailableException("The vectors that are kept do not fit the serving generation; the server's log says more.",
                $"{fault.Message} Delete that collection in Qdrant, and it is filled again.", fault);
        }
    }

    public void Drop()
    {
        lock (_gate) _dropped = true;
    }

    private void Forget(string name)
    {
        lock (_gate)
        {
            if (_opening is { IsCompletedSuccessfully: true } known && known.Result == name) _opening = null;
        }
    }

    // Ends with the client's own limits rather than with one caller's patience: others wait for it too.
    private async Task<string> OpenAsync()
    {
        string? name = Array.Find(await client.ListAsync(CancellationToken.None).ConfigureAwait(false), known => names.IsOf(digest, known));
        if (name is null)
        {
            name = names.New(digest);
            await client.CreateAsync(name, dimensions, CancellationToken.None).ConfigureAwait(false);
            created(digest);
        }
        await client.PrepareAsync(name, dimensions, CancellationToken.None).ConfigureAwait(false);
        return name;
    }
}
