using System.Globalization;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Search.Bridges;

namespace Perennial.Background;

/// <summary>
/// Builds bridges while the vectors of both encoders exist: after a candidate's collection is complete and before it serves. What cannot be
/// built is done without; a promotion never waits for it longer than some minutes, nor fails by it.
/// </summary>
internal sealed class Bridging(BridgeStore store, ImageCorpus corpus, GenerationStore generations, PolicyStore policies, TimeProvider time, ILogger<Bridging> log)
{
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(5);

    /// <summary>Fits and measures bridges between the candidate and each of the others, both ways.</summary>
    /// <returns>Sentences that say what came of it.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<IReadOnlyList<string>> BuildAsync(StagedGeneration candidate, IEnumerable<StagedGeneration?> others, CancellationToken cancellationToken)
    {
        List<string> said = [];
        BridgePolicy policy = policies.Current.Bridge;
        StagedGeneration[] earlier = [.. others.OfType<StagedGeneration>().Where(other => other.Space != candidate.Space).DistinctBy(other => other.Space)];
        if (!policy.Enabled || earlier.Length == 0) return said;
        string[] sample = Sample(policy.FitImages + policy.HeldOutImages);
        foreach (StagedGeneration other in earlier)
        {
            using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            enough.CancelAfter(MostTime);
            try
            {
                foreach ((StagedGeneration from, StagedGeneration to) in new[] { (other, candidate), (candidate, other) })
                {
                    if (await BuildAsync(from, to, policy, sample, candidate.Deployment, enough.Token) is { } sentence) said.Add(sentence);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception fault)
            {
                Log.BridgeFault(log, other.Number, candidate.Number, fault);
            }
        }
        return said;
    }

    /// <summary>Removes the bridges of encoders that no generation has any more.</summary>
    public void RemoveOrphans()
    {
        if (generations.ListDamaged().Count > 0) return; // what they held cannot be told
        store.KeepOnly(generations.List().Select(folder => folder.Manifest.Digest).ToHashSet(StringComparer.Ordinal));
    }

    private async Task<string?> BuildAsync(StagedGeneration from, StagedGeneration to, BridgePolicy policy, string[] sample, Deployment candidate, CancellationToken cancellationToken)
    {
        BridgeBuilder builder = new(new BridgeOptions(policy.FitImages, policy.HeldOutImages), time);
        EmbeddingBridge? bridge = await builder.BuildAsync(from.Space.Collection, to.Space.Collection, sample,
            took => Task.Delay(candidate.PauseAfter(took), cancellationToken), cancellationToken);
        if (bridge is null) return null;
        store.Put(bridge);
        Log.BridgeBuilt(log, from.Number, to.Number, bridge.Method, bridge.Quality.RecallAt10, bridge.Quality.Images);
        return string.Create(CultureInfo.InvariantCulture,
            $"A vector of generation {from.Number} finds {bridge.Quality.RecallAt10:P1} of its ten nearest images among those of generation {to.Number} ({bridge.Method.ToString().ToLowerInvariant()}, {bridge.Quality.Images} held-out images).");
    }

    /// <summary>Some more than are wanted, evenly from the whole corpus: a collection may lack a few. Ids are SHA-256, so that their order says nothing of the images.</summary>
    private string[] Sample(int wanted)
    {
        int every = (int)Math.Max(1, corpus.Count / (wanted + (wanted / 10)));
        return [.. corpus.Enumerate().Where((_, i) => i % every == 0).Select(image => image.Id).Order(StringComparer.Ordinal)];
    }
}
