using Perennial.Core.Corpus;
using Perennial.Core.Scoring;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;

namespace Perennial.Learning.Evaluation;

/// <summary>Measures what an encoder is worth on held-out images. Old and new generation are measured alike, so that the figures may be compared.</summary>
public static class EncoderScores
{
    /// <summary>More rows than these change no figure that matters, and the measures grow with their square.</summary>
    private const int MostBankRows = 20_000, MostTestRows = 4_000;

    private const int ViewSeed = 20_200_213; // fixed: every encoder is asked about the same views

    /// <summary>All scores. Without labels in two classes, kNN and linear accuracy are null.</summary>
    /// <param name="encoder">Stays as it is.</param>
    /// <param name="tiles">Decoded with the encoder's own preprocessing.</param>
    /// <param name="trainRows">The training side: bank of the neighbours, and what the linear probe learns from.</param>
    /// <param name="testRows">The held-out side, 2 or more.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="TrainingException">Fewer than two held-out images.</exception>
    public static Scores Measure(Encoder encoder, TileSet tiles, IReadOnlyList<int> trainRows, IReadOnlyList<int> testRows, CancellationToken cancellationToken = default)
    {
        if (testRows.Count < 2) throw new TrainingException($"{testRows.Count} held-out images are too few to judge an encoder: add images.");
        int[] train = Spread(trainRows, MostBankRows), test = Spread(testRows, MostTestRows);
        Embeddings clean = EncoderRunner.Embed(encoder, tiles, test, cancellationToken);
        Embeddings first = Viewed(encoder, tiles, test, view: 0, cancellationToken), second = Viewed(encoder, tiles, test, view: 1, cancellationToken);
        var knn = new KnnProbe(tiles, train, test);
        return new Scores
        {
            KnnAccuracy = knn.IsPossible ? knn.Measure(encoder) : null,
            LinearAccuracy = knn.IsPossible ? LinearProbe.Measure(encoder, tiles, train, test, cancellationToken) : null,
            ViewRecall = Recall.AtK(first, clean, [.. Enumerable.Range(0, test.Length)], k: 1),
            RankMe = RankMe.Measure(clean),
            Alignment = Alignment.Measure(first, second),
            Uniformity = Uniformity.Measure(clean),
            EmbeddingStd = EmbeddingStd.Measure(clean),
            TestImages = test.Length,
            LabelledTestImages = knn.Queries,
        };
    }

    private static Embeddings Viewed(Encoder encoder, TileSet tiles, int[] rows, int view, CancellationToken cancellationToken)
    {
        var views = new RandomViews(new ViewParameters(), ViewSeed);
        int done = 0;
        return EncoderRunner.Embed(encoder, tiles, rows, images =>
        {
            int[] keys = [.. Enumerable.Range(done, (int)images.shape[0])];
            done += keys.Length;
            return views.Render(images, keys, epoch: 0, view);
        }, cancellationToken);
    }

    /// <summary>At most so many, taken evenly.</summary>
    private static int[] Spread(IReadOnlyList<int> rows, int most) => rows.Count <= most ? [.. rows]
        : [.. Enumerable.Range(0, most).Select(i => rows[(int)((long)i * rows.Count / most)])];
}
