using Perennial.Core.Scoring;

namespace Perennial.Learning.Finetuning;

/// <summary>What a kind of head is worth on images that it was not trained on.</summary>
/// <param name="Accuracy">Share of held-out images that are named rightly, [0, 1].</param>
/// <param name="Loss">Mean negative log probability of the right class, each class weighing the same.</param>
/// <param name="Images">Images that were held out, over all folds.</param>
internal sealed record HoldoutEstimate(double Accuracy, double Loss, int Images)
{
    private const int Folds = 5;

    // Below so many labels each image is held out once; from there on, a fifth of them says enough.
    private const int CrossValidated = ClassifierOptions.FewLabels;

    /// <summary>Measures one candidate on the same folds as any other under the same seed; null where no class has two images.</summary>
    public static HoldoutEstimate? Measure(Embeddings embeddings, int[] labels, int classes, HeadCandidate candidate, bool balanced, long seed, CancellationToken cancellationToken)
    {
        int[] fold = Assign(labels, classes, seed);
        (int right, int images) = (0, 0);
        double[] loss = new double[classes];
        int[] counts = new int[classes];
        for (int f = 0; f < (labels.Length < CrossValidated ? Folds : 1); f++)
        {
            int[] held = [.. Enumerable.Range(0, labels.Length).Where(i => fold[i] == f)];
            int[] kept = [.. Enumerable.Range(0, labels.Length).Where(i => fold[i] != f)];
            if (held.Length == 0) continue;
            using ClassifierHead head = HeadTraining.Fit(Rows(embeddings, kept), Pick(labels, kept), classes, candidate, balanced, seed, cancellationToken);
            float[] probabilities = HeadPrediction.Probabilities(head, Rows(embeddings, held));
            for (int i = 0; i < held.Length; i++)
            {
                int label = labels[held[i]];
                ReadOnlySpan<float> row = probabilities.AsSpan(i * classes, classes);
                if (System.Numerics.Tensors.TensorPrimitives.IndexOfMax(row) == label) right++;
                loss[label] -= Math.Log(Math.Max(row[label], 1e-12));
                counts[label]++;
            }

            images += held.Length;
        }

        if (images == 0) return null;
        double meanLoss = Enumerable.Range(0, classes).Where(c => counts[c] > 0).Average(c => loss[c] / counts[c]);
        return new((double)right / images, meanLoss, images);
    }

    /// <summary>The best candidate by loss, with its estimate; a middling candidate where nothing can be held out.</summary>
    public static (HeadCandidate Candidate, HoldoutEstimate? Estimate) Best(Embeddings embeddings, int[] labels, int classes, IReadOnlyList<HeadCandidate> candidates, bool balanced, long seed, CancellationToken cancellationToken)
    {
        var measured = candidates
            .Select(candidate => (Candidate: candidate, Estimate: Measure(embeddings, labels, classes, candidate, balanced, seed, cancellationToken)))
            .ToArray();
        return measured[0].Estimate is null ? (candidates[candidates.Count / 2], null) : measured.MinBy(each => each.Estimate!.Loss);
    }

    // Each class is dealt out to the folds in random order; the single image of a class is always trained on (-1).
    private static int[] Assign(int[] labels, int classes, long seed)
    {
        int[] fold = new int[labels.Length];
        Random random = new((int)(seed ^ (seed >> 32)));
        int next = 0;
        for (int c = 0; c < classes; c++)
        {
            int[] members = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == c)];
            random.Shuffle(members);
            foreach (int member in members) fold[member] = members.Length > 1 ? next++ % Folds : -1;
        }

        return fold;
    }

    private static Embeddings Rows(Embeddings embeddings, int[] rows)
    {
        float[] data = new float[rows.Length * embeddings.Dimensions];
        for (int i = 0; i < rows.Length; i++) embeddings.Row(rows[i]).CopyTo(data.AsSpan(i * embeddings.Dimensions));
        return new(data, rows.Length, embeddings.Dimensions);
    }

    private static int[] Pick(int[] labels, int[] rows) => Array.ConvertAll(rows, row => labels[row]);
}
