using Perennial.Core.Scoring;
using static TorchSharp.torch;

namespace Perennial.Learning.Finetuning;

/// <summary>Trains a head on frozen embeddings: standardise, fit, fold the standardisation into the first layer.</summary>
internal static class HeadTraining
{
    /// <summary>Trains a head that takes plain embeddings.</summary>
    /// <param name="embeddings">[N, D]</param>
    /// <param name="labels">[N], each in 0 .. classes - 1.</param>
    /// <param name="classes">2 or more.</param>
    /// <param name="candidate">Shape and penalty.</param>
    /// <param name="balanced">Give each class the same weight, however many images it has.</param>
    /// <param name="seed">Of an MLP's first weights and the order of its batches.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public static ClassifierHead Fit(Embeddings embeddings, int[] labels, int classes, HeadCandidate candidate, bool balanced, long seed, CancellationToken cancellationToken)
    {
        var standardisation = Standardisation.Of(embeddings);
        Embeddings x = standardisation.Apply(embeddings); // [N, D]
        float[] weights = ClassWeights(labels, classes, balanced); // [C]
        ClassifierHead head = new(embeddings.Dimensions, classes, candidate.Hidden);
        try
        {
            if (candidate.Hidden == 0) FitLinear(head, x, labels, weights, candidate.L2, cancellationToken);
            else MlpTraining.Fit(head, x, labels, weights, candidate.L2, seed, cancellationToken);
            standardisation.FoldInto(head.First);
            return head;
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    private static void FitLinear(ClassifierHead head, Embeddings x, int[] labels, float[] classWeights, double l2, CancellationToken cancellationToken)
    {
        (double[] weights, double[] biases) = SoftmaxRegression.Fit(x, labels, classWeights, l2, cancellationToken);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        head.Output.weight.copy_(tensor(weights, [head.Classes, head.Dimensions]));
        head.Output.bias!.copy_(tensor(biases));
    }

    private static float[] ClassWeights(int[] labels, int classes, bool balanced)
    {
        int[] images = new int[classes];
        foreach (int label in labels) images[label]++;
        return Array.ConvertAll(images, count => balanced && count > 0 ? labels.Length / (float)(classes * count) : 1);
    }
}
