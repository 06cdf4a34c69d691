using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Inference.Swapping;

namespace Perennial.Background;

/// <summary>
/// Carries one run from wherever it is to its end: learner, verdict, index, promotion. Each step first looks whether it has been done already, so a run
/// that a crash interrupted anywhere is carried on by calling this again.
/// </summary>
internal sealed class RunExecution(
    RunStore store, RunLog log, RunFolders folders, LearnerSupervisor learner, GenerationStore generations, Rollout rollout, Reindexing reindexing,
    ImageCorpus corpus, PolicyStore policies, TimeProvider time)
{
    /// <summary>Share of a run that is over when its generation is written; the rest is indexing.</summary>
    private const double LearningShare = 0.9;

    /// <exception cref="OperationCanceledException">Stopped; the run is where it was, and can be carried on.</exception>
    /// <exception cref="RunFailedException">It cannot go on.</exception>
    public async Task CarryOnAsync(RunRecord run, CancellationToken stop)
    {
        if (run.Kind == RunKind.Reindex)
        {
            await (run.Generation is { } target ? IndexAndPromoteAsync(run, Find(target), stop) : VerifyServingAsync(run, stop));
            return;
        }

        // :: Step 1: the learner makes a generation
        GenerationFolder made = generations.MadeBy(run.Id) ?? await LearnAsync(run, stop);

        // :: Step 2: the verdict is kept and told
        EvaluationReport? evaluation = ReadEvaluation(made);
        if (run.Generation is null) log.Judged(run, made.Number, evaluation);

        // :: Step 3: what it says is done
        if (run.Promote == PromotionRule.Never)
            log.MoveTo(run, RunState.Completed, $"Generation {made.Number} is kept; promote it with POST /admin/generations/{made.Number}/promote.");
        else if (run.Promote == PromotionRule.Auto && evaluation?.Verdict.Accepted == false)
            log.MoveTo(run, RunState.Rejected, string.Join(' ', evaluation.Verdict.Reasons));
        else
            await IndexAndPromoteAsync(store.Find(run.Id)!, made, stop);
    }

    private async Task<GenerationFolder> LearnAsync(RunRecord run, CancellationToken stop)
    {
        string request = folders.Request(run.Id);
        if (!File.Exists(request))
        {
            int? parent = rollout.Current?.Number;
            CorpusSnapshot snapshot = corpus.TakeSnapshot(folders.Snapshot(run.Id));
            store.SetOrigin(run.Id, parent, snapshot.Id);
            new LearnRequest
            {
                RunId = run.Id,
                Kind = run.Kind,
                Recipe = run.Recipe,
                Overrides = run.Overrides,
                ParentGeneration = parent,
                SnapshotPath = snapshot.Path,
                Gate = policies.Current.Gate,
                Limits = corpus.Limits,
                Started = time.GetUtcNow(),
            }.Write(request);
        }
        if (run.State == RunState.Queued) log.MoveTo(run, RunState.Running);
        await learner.LearnAsync(store.Find(run.Id)!, policies.Current.Limits, () => generations.MadeBy(run.Id) is not null, stop);
        return generations.MadeBy(run.Id)!;
    }

    private async Task IndexAndPromoteAsync(RunRecord run, GenerationFolder folder, CancellationToken stop)
    {
        if (rollout.Current?.Number == folder.Number)
        {
            log.MoveTo(run, RunState.Promoted); // a crash came between the promotion and this line
            return;
        }
        if (IsOvertaken(run)) return;
        if (run.State != RunState.Indexing) log.MoveTo(run, RunState.Indexing);
        StagedGeneration staged;
        try
        {
            staged = await rollout.StageAsync(folder, stop);
        }
        catch (AdmissionException refused)
        {
            throw new RunFailedException(refused.Message);
        }
        try
        {
            await CatchUpAsync(run, staged.Space, stop);
            await reindexing.AuditAsync(staged.Space, stop);
            await CatchUpAsync(run, staged.Space, stop);
            if (IsOvertaken(run))
            {
                await rollout.DiscardAsync(staged);
                return;
            }
            await rollout.PromoteAsync(staged, stop);
        }
        catch (OperationCanceledException) when (!File.Exists(folders.CancelMark(run.Id)))
        {
            throw; // the server stops: the next start goes on with the vectors that are there
        }
        catch
        {
            await rollout.DiscardAsync(staged);
            throw;
        }
        log.MoveTo(run, RunState.Promoted);
    }

    /// <summary>
    /// A reindex of the serving generation: all changes are followed once more (vectors that are there are kept, since the same encoder would make the same
    /// ones; labels and metadata are renewed; what was deleted is deleted), and every image is looked up.
    /// </summary>
    private async Task VerifyServingAsync(RunRecord run, CancellationToken stop)
    {
        StagedGeneration current = rollout.Current ?? throw new RunFailedException("No generation serves, so there is nothing to index.");
        if (run.State != RunState.Indexing)
        {
            await current.Space.Follower.RestartAsync(stop);
            log.MoveTo(run, RunState.Indexing);
        }
        await CatchUpAsync(run, current.Space, stop);
        IndexAudit audit = await reindexing.AuditAsync(current.Space, stop);
        log.MoveTo(run, RunState.Completed, $"{audit.Images} images are indexed by generation {current.Number}; {audit.Repaired} had been lacking, {audit.Unreadable} cannot be read.");
    }

    private Task CatchUpAsync(RunRecord run, EmbeddingSpace space, CancellationToken stop)
    {
        double start = run.Kind == RunKind.Reindex ? 0 : LearningShare;
        ProgressPace pace = new(time);
        return reindexing.CatchUpAsync(space, rollout.Current?.Space, Tell, stop);

        void Tell(double done, double? seconds)
        {
            if (!pace.IsDue()) return;
            log.Progress(run, new RunProgress { Progress = start + ((1 - start) * done), EtaSeconds = seconds, Message = "The corpus is being embedded.", At = time.GetUtcNow() });
        }
    }

    /// <summary>The gate compared with one generation; if an operator has put another one in its place since, the verdict says nothing about that one.</summary>
    private bool IsOvertaken(RunRecord run)
    {
        if (run.Promote != PromotionRule.Auto || run.ParentGeneration == rollout.Current?.Number) return false;
        string serving = rollout.Current is { } current ? $"generation {current.Number} serves" : "no generation serves";
        log.MoveTo(run, RunState.Rejected, $"It was judged against {(run.ParentGeneration is { } parent ? $"generation {parent}" : "none")}, but now {serving}; promote it by hand if you want it.");
        return true;
    }

    private GenerationFolder Find(int number) => generations.Find(number) ?? throw new RunFailedException($"There is no generation {number}.");

    private static EvaluationReport? ReadEvaluation(GenerationFolder folder)
    {
        string path = folder.File(GenerationFiles.Evaluation);
        return File.Exists(path) ? EvaluationReport.Read(path) : null;
    }
}
