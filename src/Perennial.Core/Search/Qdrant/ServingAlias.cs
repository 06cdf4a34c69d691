namespace Perennial.Core.Search.Qdrant;

/// <summary>Lets the alias follow what serves, behind the promotion and for as long as it takes: a promotion never waits for Qdrant.</summary>
internal sealed class ServingAlias(QdrantClient client, string alias, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private RemoteCollection? _wanted;
    private bool _done;
    private Task _working = Task.CompletedTask;

    /// <summary>The alias shall name this collection.</summary>
    public void Follow(RemoteCollection collection)
    {
        lock (_gate)
        {
            (_wanted, _done) = (collection, false);
            if (_working.IsCompleted && !_stop.IsCancellationRequested) _working = Task.Run(WorkAsync, CancellationToken.None);
        }
    }

    /// <summary>A collection was created again: if it is the one that serves, the alias went with its predecessor.</summary>
    public void Renew(string digest)
    {
        RemoteCollection? wanted;
        lock (_gate) wanted = _wanted;
        if (wanted?.Digest == digest) Follow(wanted);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task working;
        lock (_gate) working = _working;
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            RemoteCollection wanted;
            lock (_gate)
            {
                if (_done) return;
                (wanted, _done) = (_wanted!, true);
            }
            try
            {
                await wanted.CallAsync(async name =>
                {
                    await client.PointAsync(alias, name, _stop.Token).ConfigureAwait(false);
                    return name;
                }, _stop.Token).ConfigureAwait(false);
                pause = FirstPause;
            }
            catch (VectorIndexUnavailableException)
            {
                lock (_gate) _done = false; // the follower of the same collection tells the log what is the matter
                await Task.Delay(pause, time, _stop.Token).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (ObjectDisposedException)
            {
                // dropped meanwhile: what serves now comes with the next call
            }
        }
    }
}
