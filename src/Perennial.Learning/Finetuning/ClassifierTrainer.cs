using Perennial.Core.Scoring;

namespace Perennial.Learning.Finetuning;

/// <summary>
/// Trains a classifier on the frozen embeddings of the labelled images. Several strengths of L2, and with enough labels both shapes, compete on
/// held-out images; the winner is trained again on all of them. The same input gives the same classifier.
/// </summary>
public static class ClassifierTrainer
{
    /// <summary>Fits a classifier.</summary>
    /// <param name="embeddings">[N, D], of labelled images.</param>
    /// <param name="labels">[N], each the place of the image's class in <paramref name="classes"/>; see <see cref="ClassLabels"/>.</param>
    /// <param name="classes">2 or more names, ordinally sorted.</param>
    /// <param name="options">Shape, balance, seed.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <exception cref="ClassifierException">Fewer than two classes, or a class without an image.</exception>
    public static ClassifierFit Fit(Embeddings embeddings, int[] labels, IReadOnlyList<string> classes, ClassifierOptions options, CancellationToken cancellationToken = default)
    {
        Check(embeddings, labels, classes);
        (HeadCandidate candidate, HoldoutEstimate? estimate) = HoldoutEstimate.Best(
            embeddings, labels, classes.Count, Candidates(options, labels.Length), options.Balanced, options.Seed, cancellationToken);
        ClassifierHead head = HeadTraining.Fit(embeddings, labels, classes.Count, candidate, options.Balanced, options.Seed, cancellationToken);
        return new(head, [.. classes], labels.Length, estimate?.Accuracy, estimate?.Images ?? 0);
    }

    private static IReadOnlyList<HeadCandidate> Candidates(ClassifierOptions options, int labels) => options.Head switch
    {
        HeadKind.Linear => HeadCandidate.Linear,
        HeadKind.Mlp => HeadCandidate.Mlp(options.Hidden),
        _ when labels < ClassifierOptions.FewLabels => HeadCandidate.Linear,
        _ => [.. HeadCandidate.Linear, .. HeadCandidate.Mlp(options.Hidden)],
    };

    private static void Check(Embeddings embeddings, int[] labels, IReadOnlyList<string> classes)
    {
        if (labels.Length != embeddings.Rows) throw new ArgumentException($"{labels.Length} labels for {embeddings.Rows} embeddings.", nameof(labels));
        if (labels.Any(label => label < 0 || label >= classes.Count)) throw new ArgumentException("A label names no class.", nameof(labels));
        if (!classes.SequenceEqual(classes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)))
            throw new ArgumentException("Classes must be distinct and ordinally sorted.", nameof(classes));
        if (labels.Length == 0) throw new ClassifierException("No image has a label. Label images of at least two classes, then finetune.");
        if (classes.Count < 2) throw new ClassifierException($"All {labels.Length} labelled images are '{classes[0]}'. Label images of at least one other class, then finetune.");
        if (classes.Where((_, index) => !labels.Contains(index)).FirstOrDefault() is { } empty)
            throw new ClassifierException($"No image is labelled '{empty}'. Label at least one, or leave the class out.");
    }
}
