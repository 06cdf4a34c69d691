using System.Collections.Concurrent;
using System.Text.Json;
using Perennial.Core.Scoring;

namespace Perennial.Background;

/// <summary>
/// Tells the world what becomes of runs: every change goes into the catalogue first and into the run's journal after that, so that nobody
/// hears of a state that a crash could take back.
/// </summary>
internal sealed class RunLog(RunStore store, RunFolders folders, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Lazy<RunJournal>> _journals = new(StringComparer.Ordinal);

    public RunJournal JournalOf(string id) => _journals.GetOrAdd(id, key => new Lazy<RunJournal>(() => new RunJournal(folders.Of(key)))).Value;

    /// <summary>Moves a run on and says so. False when it has ended before; then nothing is said.</summary>
    public bool MoveTo(RunRecord run, RunState state, string? message = null, string? error = null)
    {
        if (!store.MoveTo(run.Id, state, message, error)) return false;
        if (state.IsFinal()) RunMetrics.Runs.WithLabels(run.Kind.ToString().ToLowerInvariant(), state.Name()).Inc();
        AnnounceState(run.Id);
        return true;
    }

    /// <summary>Tells the state that the catalogue holds.</summary>
    public void AnnounceState(string id)
    {
        if (store.Find(id) is not { } run) return;
        JournalOf(id).Append(RunEvent.State, RunEvent.StateData(run, time.GetUtcNow()));
        if (run.State.IsFinal()) _journals.TryRemove(id, out _);
    }

    public void Progress(RunRecord run, RunProgress progress)
    {
        store.SetProgress(run.Id, progress.Progress, progress.EtaSeconds, progress.Message);
        JournalOf(run.Id).Append("progress", Line(progress));
    }

    public void Note(string id, string message) => JournalOf(id).Append("note", Line(new { message, at = time.GetUtcNow() }));

    /// <summary>Keeps what a run made and how it was judged, and tells it.</summary>
    public void Judged(RunRecord run, int generation, EvaluationReport? evaluation)
    {
        store.SetGeneration(run.Id, generation, evaluation);
        JournalOf(run.Id).Append("verdict", Line(new
        {
            generation,
            accepted = evaluation?.Verdict.Accepted,
            reasons = evaluation?.Verdict.Reasons,
            old = evaluation?.Old,
            @new = evaluation?.New,
            baselines = evaluation?.Baselines,
            at = time.GetUtcNow(),
        }));
    }

    private static string Line(object data) => JsonSerializer.Serialize(data, RunJson.Options);
}
