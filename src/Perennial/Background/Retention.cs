using Perennial.Core.Generations;

namespace Perennial.Background;

/// <summary>Lets the generation that served before go when the policy's time for it is over. What it needs to come back, its folder, stays.</summary>
internal sealed class Retention(Rollout rollout, PromotionRecord record, PolicyStore policies, TimeProvider time, ILogger<Retention> log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Whether what was served before this promotion need not be kept ready any more.</summary>
    public bool IsOver(Promotion promotion) => time.GetUtcNow() - promotion.At >= policies.Current.Retention.KeepPreviousFor;

    /// <summary>Looks until <paramref name="shutdown"/>.</summary>
    public async Task WatchAsync(CancellationToken shutdown)
    {
        using PeriodicTimer timer = new(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(shutdown)) await LookAsync(shutdown);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (rollout.Retained is not { } retained || record.Current is not { } promotion || !IsOver(promotion)) return;
        if (await rollout.LetGoAsync(retained, cancellationToken)) Log.RetentionOver(log, retained.Number, policies.Current.Retention.KeepPreviousFor);
    }
}
