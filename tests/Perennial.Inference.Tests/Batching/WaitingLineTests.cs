using Perennial.Inference.Batching;

namespace Perennial.Inference.Tests.Batching;

public sealed class WaitingLineTests
{
    private readonly ManualTime _time = new();
    private readonly PermitPool _permits = new(1000, 1000);

    [Fact]
    public void Interactive_images_leave_before_bulk_ones_that_came_earlier()
    {
        WaitingLine line = Line(new BatchQueueOptions { MaxBatch = 2, MaxDelay = TimeSpan.Zero });
        PendingImage bulk = Add(line, RequestClass.Bulk), first = Add(line), second = Add(line);
        Assert.Equal([first, second], Take(line));
        Assert.Equal([bulk], Take(line));
    }

    [Fact]
    public void Bulk_alone_fills_the_batch_when_nobody_was_there_lately()
    {
        WaitingLine line = Line(new BatchQueueOptions { MaxBatch = 8, MaxDelay = TimeSpan.Zero });
        for (int i = 0; i < 20; i++)
            Add(line, RequestClass.Bulk);
        Assert.Equal(8, Take(line).Count);
    }

    [Fact]
    public void Bulk_alone_stays_short_for_a_second_after_somebody_was_served()
    {
        WaitingLine line = Line(new BatchQueueOptions { MaxBatch = 8, MaxDelay = TimeSpan.Zero, InteractivePerBulk = 3 });
        for (int i = 0; i < 20; i++)
            Add(line, RequestClass.Bulk);
        line.BatchEnded(size: 1, bulk: 0, TimeSpan.FromMilliseconds(5));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(2, Take(line).Count);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(8, Take(line).Count);
    }

    [Fact]
    public void The_first_who_comes_back_after_a_batch_of_two_waits_for_the_other()
    {
        WaitingLine line = Line(new BatchQueueOptions { MaxDelay = TimeSpan.FromSeconds(1) });
        line.BatchEnded(size: 2, bulk: 0, TimeSpan.FromSeconds(8));
        PendingImage first = Add(line);
        List<PendingImage> batch = [];
        var taker = new Thread(() => line.TryTake(batch, out _));
        taker.Start();
        while (taker.IsAlive && !taker.ThreadState.HasFlag(ThreadState.WaitSleepJoin))
            Thread.Yield();
        PendingImage second = Add(line);
        taker.Join();
        line.Leave();
        Assert.Equal([first, second], batch);
    }

    [Fact]
    public void The_wait_for_others_ends_even_if_nobody_comes()
    {
        WaitingLine line = Line(new BatchQueueOptions { MaxDelay = TimeSpan.FromMilliseconds(2) });
        line.BatchEnded(size: 2, bulk: 0, TimeSpan.FromSeconds(8));
        PendingImage alone = Add(line);
        Assert.Equal([alone], Take(line));
    }

    [Fact]
    public void A_closed_line_hands_out_the_rest_and_then_ends()
    {
        WaitingLine line = Line(new BatchQueueOptions());
        PendingImage image = Add(line);
        line.Close();
        Assert.False(line.TryAdd(Pending(RequestClass.Interactive)));
        Assert.Equal([image], Take(line));
        Assert.False(line.TryTake([], out _));
    }

    [Fact]
    public void An_image_is_taken_out_once_and_never_from_a_batch()
    {
        WaitingLine line = Line(new BatchQueueOptions { MaxDelay = TimeSpan.Zero });
        PendingImage gone = Add(line), stays = Add(line);
        Assert.True(line.TryRemove(gone));
        Assert.False(line.TryRemove(gone));
        Assert.Equal([stays], Take(line));
        Assert.False(line.TryRemove(stays));
        Assert.Equal(0, line.Count);
    }

    private WaitingLine Line(BatchQueueOptions options) => new(BatchPlan.Of(options), options.InteractivePerBulk, _time);

    private PendingImage Add(WaitingLine line, RequestClass requestClass = RequestClass.Interactive)
    {
        PendingImage image = Pending(requestClass);
        Assert.True(line.TryAdd(image));
        return image;
    }

    private PendingImage Pending(RequestClass requestClass) => new(ScriptedEngine.Image(0), _permits.TryTake(requestClass, 1)!, _time.GetTimestamp());

    private static List<PendingImage> Take(WaitingLine line)
    {
        List<PendingImage> batch = [];
        Assert.True(line.TryTake(batch, out _));
        line.Leave();
        return batch;
    }
}
