using Perennial.Core.Corpus;
using Perennial.Core.Generations;

namespace Perennial.Background.Triggers;

/// <summary>Gathers the facts of a decision: some counts in the catalogue at every look, drift and accuracy only when enough is new.</summary>
internal sealed class TriggerSurvey(
    ImageCorpus corpus, CorpusHistory history, RunStore runs, GenerationStore generations, Rollout rollout, PolicyStore policies, ScheduleMemory schedule, TimeProvider time)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private const string KnnMetric = "knn_accuracy";
    private const int MostAutomatic = 32;

    private readonly DriftWatch _drift = new(history);
    private readonly PerformanceWatch _performance = new(history);
    private (int Number, EncoderOrigin Origin)? _origin;

    /// <summary>Measures drift and accuracy where that is due. One caller at a time.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        TriggerPolicy policy = policies.Current.Triggers;
        if (rollout.Current is not { } serving || OriginOf(serving).Since is not { } since || !serving.Deployment.TryEnter()) return;
        try
        {
            if (policy.Drift.Enabled) await _drift.MeasureAsync(serving.Space.Collection, since, history.CountAfter(since), policy.Drift, cancellationToken);
            if (!policy.Performance.Enabled) return;
            double? before = serving.Manifest.Metrics.TryGetValue(KnnMetric, out double accuracy) ? accuracy : null;
            await _performance.MeasureAsync(serving.Space.Collection, since, before, policy.Performance, cancellationToken);
        }
        finally
        {
            serving.Deployment.Leave();
        }
    }

    /// <summary>The facts as they are now, with what was measured last.</summary>
    public TriggerFacts Facts()
    {
        DateTimeOffset now = time.GetUtcNow();
        TriggerPolicy policy = policies.Current.Triggers;
        StagedGeneration? serving = rollout.Current;
        EncoderOrigin origin = serving is null ? new EncoderOrigin(null, 0) : OriginOf(serving);
        IReadOnlyList<RunRecord> automatic = runs.EndedAutomatic(MostAutomatic);
        (DateTimeOffset? due, DateTimeOffset? next) = schedule.Look(policy.Schedule, now);
        long images = corpus.Count;
        return new TriggerFacts
        {
            Now = now,
            Policy = policy,
            Serving = serving?.Number,
            Since = origin.Since,
            SnapshotImages = origin.Images,
            Images = images,
            NewImages = origin.Since is { } since ? history.CountAfter(since) : images,
            Due = due,
            NextScheduled = next,
            Drift = origin.Since is null || !policy.Drift.Enabled ? null : _drift.Latest,
            Performance = origin.Since is null || !policy.Performance.Enabled ? null : _performance.Latest,
            AtWork = runs.Unfinished().FirstOrDefault(run => run.Kind == RunKind.Pretrain),
            Automatic = automatic,
            NothingNew = automatic is [{ State: RunState.Rejected } last, ..] && !HasChangedSince(last),
            Spent = runs.LearningSince(now - Day).Aggregate(TimeSpan.Zero, (sum, run) => sum + Overlap(run, now - Day, now)),
            Expected = runs.LastPretraining() is { StartedAt: { } began, FinishedAt: { } ended } ? ended - began : TimeSpan.Zero,
        };
    }

    private bool HasChangedSince(RunRecord run) => history.CountAfter(run.SnapshotAt ?? run.CreatedAt) > 0 || policies.ChangedAt > run.FinishedAt;

    private static TimeSpan Overlap(RunRecord run, DateTimeOffset from, DateTimeOffset to)
    {
        DateTimeOffset began = run.StartedAt is { } start && start > from ? start : from, ended = run.FinishedAt ?? to;
        return ended > began ? ended - began : TimeSpan.Zero;
    }

    private EncoderOrigin OriginOf(StagedGeneration serving)
    {
        if (_origin is not { } known || known.Number != serving.Number) _origin = known = (serving.Number, EncoderOrigin.Of(serving, generations, runs));
        return known.Origin;
    }
}
