using System.Text.Json;
using Dapper;
using Perennial.Core.Corpus;
using Perennial.Core.Scoring;

namespace Perennial.Background;

/// <summary>
/// The table <c>runs</c>. Every change is durable when its call returns, and a run that has reached a final state is never changed again,
/// whoever asks: each update says so in its condition.
/// </summary>
internal sealed class RunStore(Catalogue catalogue, TimeProvider time)
{
    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Adds a queued run, unless <paramref name="limit"/> are waiting already, or it is automatic and a pretraining has not ended: then null.</summary>
    public RunRecord? TryAdd(RunRequest request, int limit)
    {
        string id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        int added = Execute(
            $"""
            INSERT INTO runs (id, kind, recipe, overrides, promote, state, progress, generation, created_at, triggered_by, reason)
            SELECT @id, @kind, @recipe, @overrides, @promote, 'queued', 0, @generation, @now, @trigger, @reason
            WHERE (SELECT COUNT(*) FROM runs WHERE state = 'queued') < @limit
                AND (@trigger IS NULL OR NOT EXISTS (SELECT 1 FROM runs WHERE kind = 'pretrain' AND state NOT IN {RunStates.FinalSql}))
            """,
            new
            {
                id,
                kind = request.Kind.ToString().ToLowerInvariant(),
                recipe = request.Recipe,
                overrides = request.Overrides.ToJsonString(),
                promote = request.Promote.ToString().ToLowerInvariant(),
                generation = request.Generation,
                trigger = request.Trigger?.ToString().ToLowerInvariant(),
                reason = request.Reason,
                now = Now,
                limit,
            });
        return added == 0 ? null : Find(id);
    }

    public RunRecord? Find(string id) => Query("WHERE id = @id", new { id }).SingleOrDefault();

    /// <summary>Newest first.</summary>
    public IReadOnlyList<RunRecord> List(int limit) => Query("ORDER BY created_at DESC, id DESC LIMIT @limit", new { limit });

    /// <summary>All runs that have not ended: those that a restart interrupted first, then the queue in order.</summary>
    public IReadOnlyList<RunRecord> Unfinished() =>
        Query($"WHERE state NOT IN {RunStates.FinalSql} ORDER BY state = 'queued', created_at, id", new { });

    /// <summary>Automatic runs that have ended, newest first.</summary>
    public IReadOnlyList<RunRecord> EndedAutomatic(int limit) =>
        Query($"WHERE triggered_by IS NOT NULL AND state IN {RunStates.FinalSql} ORDER BY finished_at DESC, id DESC LIMIT @limit", new { limit });

    /// <summary>Runs with a learner that were at work at some time after a moment.</summary>
    public IReadOnlyList<RunRecord> LearningSince(DateTimeOffset moment) =>
        Query("WHERE kind IN ('pretrain', 'finetune') AND started_at IS NOT NULL AND (finished_at IS NULL OR finished_at > @since)", new { since = moment.ToUnixTimeMilliseconds() });

    /// <summary>The pretraining that last came to a verdict; null before the first.</summary>
    public RunRecord? LastPretraining() =>
        Query("WHERE kind = 'pretrain' AND state IN ('promoted', 'rejected', 'completed') AND started_at IS NOT NULL ORDER BY finished_at DESC, id DESC LIMIT 1", new { }).FirstOrDefault();

    /// <summary>Moves a run on. False when it has ended before; then nothing is changed.</summary>
    public bool MoveTo(string id, RunState state, string? message = null, string? error = null) =>
        Execute(
            $"""
            UPDATE runs SET state = @state, message = @message, error = @error, eta_seconds = NULL,
                paused = CASE WHEN @final THEN 0 ELSE paused END,
                started_at = CASE WHEN @state <> 'cancelled' THEN COALESCE(started_at, @now) ELSE started_at END,
                finished_at = CASE WHEN @final THEN @now END,
                progress = CASE WHEN @state IN ('promoted', 'rejected', 'completed') THEN 1 ELSE progress END
            WHERE id = @id AND state NOT IN {RunStates.FinalSql}
            """,
            new { id, state = state.Name(), message, error, final = state.IsFinal(), now = Now }) == 1;

    /// <summary>Cancels a run that nobody has begun. False when it is no longer waiting.</summary>
    public bool TryCancelQueued(string id) =>
        Execute("UPDATE runs SET state = 'cancelled', paused = 0, finished_at = @now WHERE id = @id AND state = 'queued'", new { id, now = Now }) == 1;

    /// <summary>Pauses a run, or lets it go on. False when nothing was changed: it has ended, or is so already.</summary>
    public bool SetPaused(string id, bool paused) =>
        Execute($"UPDATE runs SET paused = @paused, eta_seconds = NULL WHERE id = @id AND paused <> @paused AND state NOT IN {RunStates.FinalSql}", new { id, paused }) == 1;

    public void SetProgress(string id, double progress, double? etaSeconds, string? message) =>
        Execute(
            $"UPDATE runs SET progress = @progress, eta_seconds = @etaSeconds, message = @message WHERE id = @id AND state NOT IN {RunStates.FinalSql}",
            new { id, progress = Math.Clamp(progress, 0, 1), etaSeconds, message });

    /// <summary>Notes what the run starts from: set once, so that a resumed run goes on with what it began with.</summary>
    public void SetOrigin(string id, int? parentGeneration, string snapshot, DateTimeOffset takenAt) =>
        Execute(
            "UPDATE runs SET parent_generation = @parentGeneration, snapshot = @snapshot, snapshot_at = @at WHERE id = @id",
            new { id, parentGeneration, snapshot, at = takenAt.ToUnixTimeMilliseconds() });

    /// <summary>Notes what the run made.</summary>
    public void SetGeneration(string id, int generation, EvaluationReport? evaluation) =>
        Execute(
            "UPDATE runs SET generation = @generation, verdict = @verdict WHERE id = @id",
            new { id, generation, verdict = evaluation is null ? null : JsonSerializer.Serialize(evaluation, RunJson.Options) });

    private int Execute(string sql, object parameters)
    {
        using var connection = catalogue.Connect();
        return connection.Execute(sql, parameters);
    }

    private IReadOnlyList<RunRecord> Query(string condition, object parameters)
    {
        using var connection = catalogue.Connect();
        return [.. connection.Query<RunRow>($"SELECT {RunRow.Columns} FROM runs {condition}", parameters).Select(row => row.ToRecord())];
    }
}
