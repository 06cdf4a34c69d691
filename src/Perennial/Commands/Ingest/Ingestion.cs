using Perennial.Commands.Terminals;
using Perennial.Core.Corpus;

namespace Perennial.Commands.Ingest;

/// <summary>Reads a dataset and stores it in batches.</summary>
internal static class Ingestion
{
    private const int BatchImages = 64;
    private const long BatchBytes = 12 << 20;
    private const int BatchesAtOnce = 2;

    /// <summary>Stores all images of the dataset.</summary>
    /// <param name="path">Folder or archive.</param>
    /// <param name="labelled">Whether class folders become labels.</param>
    /// <param name="target">Where the images go.</param>
    /// <param name="step">Told after each batch.</param>
    /// <param name="cancellationToken">Stops between batches; what was stored stays.</param>
    public static async Task<IngestTally> RunAsync(string path, bool labelled, IIngestTarget target, IStep step, CancellationToken cancellationToken)
    {
        var tally = new IngestTally();
        var gate = new Lock();
        await Parallel.ForEachAsync(
            Batches(path, labelled, tally, gate, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                IReadOnlyList<AddOutcome> outcomes = await target.AddAsync(batch, token);
                lock (gate)
                {
                    foreach ((DatasetImage image, AddOutcome outcome) in batch.Zip(outcomes))
                    {
                        tally.Count(image.Name, outcome);
                    }
                    step.At(tally.Seen, tally.Refused == 0 ? null : $"{tally.Refused:N0} refused");
                }
            });
        return tally;
    }

    private static IEnumerable<IReadOnlyList<DatasetImage>> Batches(string path, bool labelled, IngestTally tally, Lock gate, CancellationToken cancellationToken)
    {
        List<DatasetImage> batch = [];
        long bytes = 0;
        foreach (DatasetImage image in Dataset.Read(path, Skipped, cancellationToken))
        {
            if (batch.Count == BatchImages || (batch.Count > 0 && bytes + image.Bytes.Length > BatchBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(labelled ? image : image with { Label = null });
            bytes += image.Bytes.Length;
        }
        if (batch.Count > 0)
        {
            yield return batch;
        }

        void Skipped(SkippedImage skipped)
        {
            lock (gate)
            {
                tally.Refuse(skipped, "unreadable");
            }
        }
    }
}
