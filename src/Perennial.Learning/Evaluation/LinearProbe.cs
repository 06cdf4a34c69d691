using System.Numerics.Tensors;
using Perennial.Core.Corpus;
using Perennial.Core.Scoring;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;

namespace Perennial.Learning.Evaluation;

/// <summary>
/// Linear evaluation: multinomial logistic regression on frozen, standardised embeddings. The strength of L2 is chosen on a fifth of
/// the training side that is held out; the test side is looked at once. Deterministic: the problem is convex and starts from zero weights.
/// </summary>
/// <remarks>The protocol of Chen et al., arXiv:2002.05709, section 2.3 (a linear classifier on the frozen encoder), without augmentation.</remarks>
public static class LinearProbe
{
    /// <summary>Share of labelled test images that the probe names rightly, [0, 1].</summary>
    /// <param name="encoder">Stays as it is.</param>
    /// <param name="tiles">Labelled tiles.</param>
    /// <param name="trainRows">The probe learns from those with a label.</param>
    /// <param name="testRows">It is measured on those with a label.</param>
    /// <param name="cancellationToken">Stops between batches and iterations.</param>
    public static double Measure(Encoder encoder, TileSet tiles, IReadOnlyList<int> trainRows, IReadOnlyList<int> testRows, CancellationToken cancellationToken = default)
    {
        (LabelledRows train, LabelledRows test) = LabelledRows.Of(tiles, trainRows, testRows);
        return Measure(EncoderRunner.Embed(encoder, tiles, train.Rows, cancellationToken), train.Labels,
            EncoderRunner.Embed(encoder, tiles, test.Rows, cancellationToken), test.Labels, train.Classes.Count, cancellationToken);
    }

    /// <summary>As above, on embeddings; a label of -1 in <paramref name="testLabels"/> is a class that the probe cannot know.</summary>
    public static double Measure(Embeddings train, int[] trainLabels, Embeddings test, int[] testLabels, int classes, CancellationToken cancellationToken = default)
    {
        (HeadCandidate candidate, _) = HoldoutEstimate.Best(train, trainLabels, classes, HeadCandidate.Linear, balanced: false, seed: 0, cancellationToken);
        using ClassifierHead head = HeadTraining.Fit(train, trainLabels, classes, candidate, balanced: false, seed: 0, cancellationToken);
        float[] probabilities = HeadPrediction.Probabilities(head, test); // [M, C]
        return testLabels.Select((label, row) => TensorPrimitives.IndexOfMax<float>(probabilities.AsSpan(row * classes, classes)) == label ? 1.0 : 0.0)
            .DefaultIfEmpty(double.NaN).Average();
    }
}
