using Perennial.Inference.Swapping;

namespace Perennial.Inference.Tests.Swapping;

public sealed class SlotTests
{
    [Fact]
    public void An_empty_slot_gives_no_lease()
    {
        var slot = new Slot<Tracked>();
        Assert.Null(slot.TryAcquire());
    }

    [Fact]
    public void A_lease_is_on_the_value_that_was_current_when_it_was_taken()
    {
        Tracked first = new(), second = new();
        var slot = new Slot<Tracked>(first);
        using Lease<Tracked>? before = slot.TryAcquire();
        slot.Exchange(second);
        using Lease<Tracked>? after = slot.TryAcquire();
        Assert.Same(first, before!.Value);
        Assert.Same(second, after!.Value);
    }

    [Fact]
    public void A_value_without_leases_is_disposed_by_the_exchange_itself()
    {
        var old = new Tracked();
        var slot = new Slot<Tracked>(old);
        slot.Exchange(new Tracked());
        Assert.Equal(1, old.Disposals);
    }

    [Fact]
    public void A_leased_value_is_disposed_when_its_last_lease_ends()
    {
        var old = new Tracked();
        var slot = new Slot<Tracked>(old);
        Lease<Tracked> one = slot.TryAcquire()!, two = slot.TryAcquire()!;
        slot.Exchange(null);
        one.Dispose();
        Assert.Equal(0, old.Disposals);
        two.Dispose();
        Assert.Equal(1, old.Disposals);
        Assert.Null(slot.TryAcquire());
    }

    [Fact]
    public void Ending_a_lease_twice_counts_once()
    {
        var old = new Tracked();
        var slot = new Slot<Tracked>(old);
        Lease<Tracked> one = slot.TryAcquire()!, two = slot.TryAcquire()!;
        one.Dispose();
        one.Dispose();
        one.Dispose();
        slot.Exchange(new Tracked());
        Assert.Equal(0, old.Disposals);
        two.Dispose();
        Assert.Equal(1, old.Disposals);
    }

    [Fact]
    public void A_lease_that_has_ended_gives_nothing_any_more()
    {
        var slot = new Slot<Tracked>(new Tracked());
        Lease<Tracked> lease = slot.TryAcquire()!;
        lease.Dispose();
        Assert.Throws<ObjectDisposedException>(() => lease.Value);
    }

    [Fact]
    public void Publishing_the_current_value_again_changes_nothing()
    {
        var value = new Tracked();
        var slot = new Slot<Tracked>(value);
        slot.Exchange(value);
        Assert.Equal(0, value.Disposals);
        slot.Exchange(null);
        Assert.Equal(1, value.Disposals);
    }

    [Fact]
    public void A_retained_value_outlives_the_exchange_and_can_be_restored()
    {
        Tracked first = new(), second = new();
        var slot = new Slot<Tracked>(first);

        Lease<Tracked> retained = slot.ExchangeAndRetain(second)!;
        Assert.Equal(0, first.Disposals);

        slot.Restore(retained)!.Dispose();
        retained.Dispose();
        Assert.Equal(1, second.Disposals);
        using (Lease<Tracked> current = slot.TryAcquire()!)
            Assert.Same(first, current.Value);
        Assert.Equal(0, first.Disposals);

        slot.Exchange(null);
        Assert.Equal(1, first.Disposals);
    }

    [Fact]
    public void Two_values_can_change_places_again_and_again()
    {
        Tracked first = new(), second = new();
        var slot = new Slot<Tracked>(first);
        Lease<Tracked> retained = slot.ExchangeAndRetain(second)!;
        for (int i = 0; i < 9; i++)
        {
            Lease<Tracked> next = slot.Restore(retained)!;
            retained.Dispose();
            retained = next;
        }
        using (Lease<Tracked> current = slot.TryAcquire()!)
            Assert.Same(first, current.Value);
        Assert.Same(second, retained.Value);
        retained.Dispose();
        slot.Exchange(null);
        Assert.Equal((1, 1), (first.Disposals, second.Disposals));
    }

    [Fact]
    public void A_lease_that_has_ended_restores_nothing()
    {
        var first = new Tracked();
        var slot = new Slot<Tracked>(first);
        Lease<Tracked> retained = slot.ExchangeAndRetain(new Tracked())!;
        retained.Dispose();
        Assert.Equal(1, first.Disposals);
        Assert.Throws<ObjectDisposedException>(() => slot.Restore(retained));
    }

    [Fact]
    public async Task Disposing_the_slot_waits_for_the_last_lease()
    {
        Tracked first = new(), second = new();
        var slot = new Slot<Tracked>(first);
        Lease<Tracked> retained = slot.ExchangeAndRetain(second)!, lease = slot.TryAcquire()!;

        Task disposal = slot.DisposeAsync().AsTask();
        Assert.Null(slot.TryAcquire());
        Assert.False(disposal.IsCompleted);
        lease.Dispose();
        Assert.Equal(1, second.Disposals);
        Assert.False(disposal.IsCompleted);
        retained.Dispose();
        await disposal;
        Assert.Equal(1, first.Disposals);
        await slot.DisposeAsync();
    }

    [Fact]
    public async Task A_disposed_slot_takes_nothing_and_leaves_it_to_the_caller()
    {
        var slot = new Slot<Tracked>();
        await slot.DisposeAsync();
        var late = new Tracked();
        Assert.Throws<ObjectDisposedException>(() => slot.Exchange(late));
        Assert.Equal(0, late.Disposals);
    }
}
