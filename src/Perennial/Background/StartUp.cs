using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Search;
using Perennial.Inference.Swapping;

namespace Perennial.Background;

/// <summary>
/// Brings a data directory, however its last server ended, to the state that the catalogue names: the promoted generation serves, the one before it is
/// kept ready, both follow the corpus, and what belongs to neither is removed.
/// </summary>
internal sealed class StartUp(
    GenerationStore store, PromotionRecord record, Rollout rollout, ImageCorpus corpus, IVectorIndex index, RunStore runs, BackgroundOptions options,
    ILogger<StartUp> log)
{
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        RunMetrics.Generation.Set(0);
        store.RemoveStaleDrafts();
        Promotion? promotion = record.Current ?? PromoteStarter();
        if (promotion is null)
        {
            Log.NothingServes(log);
        }
        else
        {
            await ResumeAsync(promotion, cancellationToken);
        }
        await RemoveOrphansAsync(cancellationToken);
    }

    private async Task ResumeAsync(Promotion promotion, CancellationToken cancellationToken)
    {
        (StagedGeneration? current, string? fault) = await TryStageAsync(promotion.Generation, cancellationToken);
        StagedGeneration? previous = null;
        if (promotion.Previous is { } number)
        {
            (previous, string? reason) = await TryStageAsync(number, cancellationToken);
            if (previous is null) Log.NotRetained(log, number, reason!);
        }
        if (current is null)
        {
            Log.FallsBack(log, promotion.Generation, fault!, previous is null ? "nothing: no generation serves" : $"generation {previous.Number}");
            (current, previous) = (previous, null);
        }
        if (current is not null) await rollout.ResumeAsync(current, previous);
    }

    private async Task<(StagedGeneration? Staged, string? Fault)> TryStageAsync(int number, CancellationToken cancellationToken)
    {
        try
        {
            return store.Find(number) is { } folder
                ? (await rollout.StageAsync(folder, cancellationToken), null)
                : (null, $"there is no generation {number} in {store.Directory}.");
        }
        catch (Exception fault) when (fault is AdmissionException or GenerationException)
        {
            return (null, fault.Message);
        }
    }

    /// <summary>The first start: imports the starter generation, if one came with the program, and promotes it. Goes on where a crash between the two left off.</summary>
    private Promotion? PromoteStarter()
    {
        try
        {
            IReadOnlyList<GenerationFolder> generations = store.List();
            GenerationFolder? starter = generations.LastOrDefault(folder => folder.Manifest.Run is null || runs.Find(folder.Manifest.Run) is null);
            if (starter is null)
            {
                if (generations.Count > 0 || !File.Exists(Path.Combine(options.StarterFolder, GenerationFiles.Manifest))) return null;
                starter = store.Import(options.StarterFolder);
                Log.StarterImported(log, options.StarterFolder, starter.Number);
            }
            record.Promote(starter.Number);
            return record.Current;
        }
        catch (Exception fault) when (fault is GenerationException or IOException)
        {
            Log.StarterUnusable(log, options.StarterFolder, fault.Message);
            return null;
        }
    }

    /// <summary>Removes collections of generations that are neither at work nor wanted by a run that goes on: what a crash during a promotion leaves.</summary>
    private async Task RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        HashSet<string> wanted = new(StringComparer.Ordinal);
        if (record.Current is { } promotion) wanted.UnionWith(DigestsOf(promotion.Generation, promotion.Previous));
        foreach (RunRecord run in runs.Unfinished()) wanted.UnionWith(DigestsOf(run.Generation));
        foreach (string digest in await index.ListAsync(cancellationToken))
        {
            if (wanted.Contains(digest)) continue;
            await EmbeddingSpace.DropAsync(digest, corpus, index, cancellationToken);
            Log.CollectionRemoved(log, digest);
        }
    }

    private IEnumerable<string> DigestsOf(params int?[] numbers) =>
        from folder in store.List() where numbers.Contains(folder.Number) select folder.Manifest.Digest;
}
