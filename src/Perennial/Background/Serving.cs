using Perennial.Inference.Swapping;

namespace Perennial.Background;

/// <summary>The one place from which requests take their model: a slot that holds the serving pair and is flipped in one step.</summary>
public sealed class Serving : IAsyncDisposable
{
    private readonly Slot<ServingPair> _slot = new();

    /// <summary>A lease on the pair that serves now, or null where no generation serves (503 <c>no_generation</c>). Dispose it when the answer is written.</summary>
    public Lease<ServingPair>? TryAcquire() => _slot.TryAcquire();

    /// <summary>Puts <paramref name="next"/> in place of the serving pair; the old one is released when its last lease ends.</summary>
    internal void Exchange(ServingPair? next) => _slot.Exchange(next);

    /// <summary>Serves nothing from now on, and waits until the last request has given its lease back.</summary>
    public ValueTask DisposeAsync() => _slot.DisposeAsync();
}
