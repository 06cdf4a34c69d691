namespace Perennial.Inference.Batching;

/// <summary>The places of a queue: a total, of which bulk may hold a part. Thread-safe, never waits.</summary>
internal sealed class PermitPool(int total, int bulkLimit)
{
    private readonly Lock _gate = new();
    private int _held;
    private int _heldByBulk;

    public int Held => Volatile.Read(ref _held);

    /// <summary>Places for a request of that many images, or null. A request larger than the pool is cut to it: it gets in when the pool is empty.</summary>
    public Permit? TryTake(RequestClass requestClass, int images)
    {
        int places = Math.Min(images, requestClass == RequestClass.Bulk ? bulkLimit : total);
        lock (_gate)
        {
            if (_held + places > total || (requestClass == RequestClass.Bulk && _heldByBulk + places > bulkLimit))
                return null;
            Count(requestClass, places);
        }
        return new Permit(requestClass, images, places, Release);
    }

    private void Release(Permit permit)
    {
        lock (_gate)
            Count(permit.Class, -permit.Places);
    }

    private void Count(RequestClass requestClass, int places)
    {
        _held += places;
        if (requestClass == RequestClass.Bulk)
            _heldByBulk += places;
    }
}
