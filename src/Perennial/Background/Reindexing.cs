using System.Diagnostics;
using System.Numerics.Tensors;
using Perennial.Core.Corpus;
using Perennial.Core.Search;

namespace Perennial.Background;

/// <summary>Waits until a collection is level with the corpus, and proves that it is before anybody is answered from it.</summary>
internal sealed class Reindexing(ImageCorpus corpus)
{
    private const int PageIds = 512;
    private const int Samples = 64;
    private const float SameVector = 0.999f;
    private const double EnoughFound = 0.95;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a candidate that is no further behind than the serving collection waits for a moment with no change outstanding.</summary>
    private static readonly TimeSpan PatienceUnderLoad = TimeSpan.FromSeconds(30);

    /// <summary>Returns when the collection has followed every change.</summary>
    /// <param name="space">Being indexed.</param>
    /// <param name="serving">The space that answers now. While images come in without a pause, being level with it is enough.</param>
    /// <param name="tell">Share done, [0, 1], and the seconds that the rest will take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task CatchUpAsync(EmbeddingSpace space, EmbeddingSpace? serving, Action<double, double?> tell, CancellationToken cancellationToken)
    {
        long most = Math.Max(1, space.Lag);
        long started = Stopwatch.GetTimestamp();
        long? levelSince = null;
        for (long lag = most; lag > 0; lag = space.Lag)
        {
            most = Math.Max(most, lag);
            double done = 1 - ((double)lag / most), seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            RunMetrics.ReindexProgress.Set(done);
            tell(done, done > 0.01 ? seconds / done * (1 - done) : null);
            if (serving is not null && serving != space && lag <= serving.Lag)
            {
                levelSince ??= Stopwatch.GetTimestamp();
                if (Stopwatch.GetElapsedTime(levelSince.Value) > PatienceUnderLoad) break;
            }
            await Task.Delay(LookEvery, cancellationToken);
        }
        RunMetrics.ReindexProgress.Set(1);
    }

    /// <summary>
    /// Looks every image of the corpus up in the collection and embeds those that are lacking; then embeds a sample anew and searches for it.
    /// </summary>
    /// <exception cref="RunFailedException">The collection does not answer with the images that it was given.</exception>
    public async Task<IndexAudit> AuditAsync(EmbeddingSpace space, CancellationToken cancellationToken)
    {
        long images = 0, repaired = 0, unreadable = 0;
        int every = (int)Math.Max(1, corpus.Count / Samples);
        List<ImageRecord> sample = [];
        foreach (ImageRecord[] page in corpus.Enumerate().Chunk(PageIds))
        {
            string[] ids = [.. page.Select(image => image.Id)];
            string[] lacking = await LackingAsync(space, ids, cancellationToken);
            if (lacking.Length > 0)
            {
                await space.Follower.IndexAsync(lacking, cancellationToken);
                string[] still = await LackingAsync(space, lacking, cancellationToken);
                unreadable += still.Count(id => corpus.Find(id) is not null);
                repaired += lacking.Length - still.Length;
            }
            foreach (ImageRecord image in page)
            {
                if (images++ % every == 0 && sample.Count < Samples) sample.Add(image);
            }
        }
        if (images > 0 && unreadable == images) throw new RunFailedException("No image of the corpus could be embedded by this generation.");
        await RecallAsync(space, sample, cancellationToken);
        return new IndexAudit(images, repaired, unreadable);
    }

    private static async Task<string[]> LackingAsync(EmbeddingSpace space, string[] ids, CancellationToken cancellationToken)
    {
        IReadOnlySet<string> existing = await space.Collection.ExistingAsync(ids, cancellationToken);
        return [.. ids.Where(id => !existing.Contains(id))];
    }

    /// <summary>An image that is embedded again must be stored with the same vector, and a search for it must lead to it (or to its equal).</summary>
    private async Task RecallAsync(EmbeddingSpace space, List<ImageRecord> sample, CancellationToken cancellationToken)
    {
        VectorPoint[] points = await space.Embedder.EmbedAsync(sample, cancellationToken);
        int found = 0, asked = 0;
        foreach (VectorPoint point in points)
        {
            float[]? stored = await space.Collection.FindVectorAsync(point.Id, cancellationToken);
            IReadOnlyList<SearchHit> hits = await space.Collection.SearchAsync(point.Vector, 1, null, cancellationToken);
            if (corpus.Find(point.Id) is null) continue; // deleted meanwhile
            asked++;
            bool same = stored is not null && TensorPrimitives.Dot(stored, point.Vector.Span) >= SameVector;
            if (same && hits.Count > 0 && hits[0].Score >= SameVector) found++;
        }
        if (found < EnoughFound * asked)
            throw new RunFailedException($"Of {asked} images that were embedded again only {found} were found in the new collection.");
    }
}
