using Perennial.Core.Scoring;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Finetuning;

/// <summary>Trains the two layers of an MLP head by Adam with cosine decay: class-weighted cross-entropy plus L2, on the CPU.</summary>
internal static class MlpTraining
{
    private const int Steps = 150;
    private const int BatchSize = 2048;
    private const double LearningRate = 0.003;

    /// <summary>Fits the head in place.</summary>
    /// <param name="head">With a hidden layer.</param>
    /// <param name="embeddings">[N, D], standardised.</param>
    /// <param name="labels">[N]</param>
    /// <param name="classWeights">[C]</param>
    /// <param name="l2">0 or more.</param>
    /// <param name="seed">Of the first weights and the order of the batches; torch's global generator is left alone.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static void Fit(ClassifierHead head, Embeddings embeddings, int[] labels, float[] classWeights, double l2, long seed, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(embeddings.Data, [embeddings.Rows, embeddings.Dimensions]); // [N, D]
        Tensor y = tensor(Array.ConvertAll(labels, label => (long)label)); // [N]
        Tensor weights = tensor(classWeights); // [C]
        using Generator random = new((ulong)seed);
        Initialise(head, random);
        using var optimizer = optim.Adam(head.parameters(), LearningRate);
        long rows = labels.Length, batch = Math.Min(rows, BatchSize), next = rows; // the first step draws an order
        Tensor order = arange(rows);
        for (int step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var stepScope = NewDisposeScope();
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate = LearningRate * 0.5 * (1 + Math.Cos(Math.PI * step / Steps));
            if (next + batch > rows)
                (order, next) = (randperm(rows, generator: random).MoveToOuterDisposeScope(), 0);
            Tensor index = order.narrow(0, next, batch); // [B]
            next += batch;

            Tensor logits = head.call(x.index_select(0, index)); // [B, C]
            Tensor penalty = head.Hidden!.weight.square().sum() + head.Output.weight.square().sum();
            Tensor loss = functional.cross_entropy(logits, y.index_select(0, index), weights) + penalty * (l2 / 2);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }
    }

    // He et al., 2015, arXiv:1502.01852, drawn from a generator of its own.
    private static void Initialise(ClassifierHead head, Generator random)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (Linear layer in (Linear[])[head.Hidden!, head.Output])
        {
            layer.weight.copy_(randn(layer.weight.shape, generator: random) * Math.Sqrt(2.0 / layer.weight.shape[1]));
            layer.bias!.zero_();
        }
    }
}
