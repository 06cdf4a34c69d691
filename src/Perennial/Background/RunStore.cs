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

    /// <summary>Adds a queued run, unless <paramref name="limit"/> are waiting already: then null.</summary>
    public RunRecord? TryAdd(RunRequest request, int limit)
    {
        string id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        int added = Execute(
            """
            INSERT INTO runs (id, kind, recipe, overrides, promote, state, progress, generation, created_at)
            SELECT @id, @kind, @recipe, @overrides, @promote, 'queued', 0, @generation, @now
            WHERE (SELECT COUNT(*) FROM runs WHERE state = 'queued') < @limit
            """,
            new
            {
                id,
                kind = request.Kind.ToString().ToLowerInvariant(),
                recipe = request.Recipe,
                overrides = request.Overrides.ToJsonString(),
                promote = request.Promote.ToString().ToLowerInvariant(),
                generation = request.Generation,
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

    /// <summary>Moves a run on. False when it has ended before; then nothing is changed.</summary>
    public bool MoveTo(string id, RunState state, string? message = null, string? error = null) =>
        Execute(
            $"""
            UPDATE runs SET state = @state, message = @message, error = @error, eta_seconds = NULL,
                started_at = CASE WHEN @state <> 'cancelled' THEN COALESCE(started_at, @now) ELSE started_at END,
                finished_at = CASE WHEN @final THEN @now END,
                progress = CASE WHEN @state IN ('promoted', 'rejected', 'completed') THEN 1 ELSE progress END
            WHERE id = @id AND state NOT IN {RunStates.FinalSql}
            """,
            new { id, state = state.Name(), message, error, final = state.IsFinal(), now = Now }) == 1;

    /// <summary>Cancels a run that nobody has begun. False when it is no longer waiting.</summary>
    public bool TryCancelQueued(string id) =>
        Execute("UPDATE runs SET state = 'cancelled', finished_at = @now WHERE id = @id AND state = 'queued'", new { id, now = Now }) == 1;

    public void SetProgress(string id, double progress, double? etaSeconds, string? message) =>
        Execute(
            $"UPDATE runs SET progress = @progress, eta_seconds = @etaSeconds, message = @message WHERE id = @id AND state NOT IN {RunStates.FinalSql}",
            new { id, progress = Math.Clamp(progress, 0, 1), etaSeconds, message });

    /// <summary>Notes what the run starts from: set once, so that a resumed run goes on with what it began with.</summary>
    public void SetOrigin(string id, int? parentGeneration, string snapshot) =>
        Execute("UPDATE runs SET parent_generation = @parentGeneration, snapshot = @snapshot WHERE id = @id", new { id, parentGeneration, snapshot });

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
