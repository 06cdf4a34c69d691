using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Core.Scoring;
using Perennial.Learning.Export;

namespace Perennial.Learner;

/// <summary>What a job works with.</summary>
internal sealed record LearnContext(
    LearnRequest Request, CorpusSnapshot Snapshot, ImageCorpus Corpus, GenerationStore Store, RunFolders Folders, LearnerVoice Voice, TimeProvider Time)
{
    /// <summary>Shares of the whole run: images decoded, training, evaluation, export. The rest is the server's: indexing.</summary>
    public const double Decoded = 0.05, Trained = 0.8, Evaluated = 0.87, Exported = 0.9;

    public string RunFolder => Folders.Of(Request.RunId);

    /// <summary>The generation that the run starts from and is judged against; null for the first one.</summary>
    /// <exception cref="GenerationException">It is gone or damaged.</exception>
    public GenerationFolder? Parent() => Request.ParentGeneration is not { } number ? null
        : Store.Find(number) ?? throw new GenerationException($"Generation {number}, which this run starts from, is gone.");

    /// <summary>The snapshot's images as tiles, from the run's cache where they are there already.</summary>
    /// <param name="preprocessing">The encoder's.</param>
    /// <param name="labelled">Only images with a label.</param>
    /// <param name="until">Share of the run that is done when they are decoded; null to tell nothing.</param>
    /// <param name="cancellationToken">Stops decoding.</param>
    public TileSet Tiles(Preprocessing preprocessing, bool labelled, double? until, CancellationToken cancellationToken)
    {
        TileSource[] sources = [.. Corpus.TileSources(Snapshot).Where(source => !labelled || source.Label is not null)];
        string cache = Folders.TileCache(Request.RunId, preprocessing.Size);
        TileSet tiles = TileSet.Decode(sources, preprocessing, Corpus.Limits, cache, done =>
        {
            if (until is { } share && done % 200 == 0) Voice.Progress(share * done / sources.Length, $"{done} of {sources.Length} images decoded");
        }, cancellationToken);
        if (tiles.Skipped.Count > 0) Voice.Note($"{tiles.Skipped.Count} of {sources.Length} images are left out: they are gone since, or cannot be decoded.");
        return tiles;
    }

    /// <summary>Writes the generation and notes what came of its int8 variant.</summary>
    public GenerationFolder Write(ExportRequest request, CancellationToken cancellationToken)
    {
        GenerationFolder written = GenerationWriter.Write(Store, request, progress: new QuantizingReport(Voice), cancellationToken: cancellationToken);
        if (EvaluationReport.Read(written.File(GenerationFiles.Evaluation)).Quantization is { } quantization) Voice.Note(quantization.ToString());
        return written;
    }

    public CorpusSummary Summary => new(Snapshot.Id, Snapshot.Images, Snapshot.Train, Snapshot.Test, Snapshot.Labelled);

    public TimeSpan Duration => Time.GetUtcNow() - Request.Started;
}
