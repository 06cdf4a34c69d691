using Perennial.Core.Scoring;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Optimizers;
using static TorchSharp.torch;

namespace Perennial.Learning.Evaluation;

/// <summary>
/// The field's linear evaluation: a linear classifier on frozen features by SGD with momentum 0.9 under a cosine, without weight decay, for several
/// learning rates at once. The rate is chosen on a tenth of the training side that is held out; the classifier of that rate then learns from the whole
/// training side, and the test side is looked at once. Features are standardised, which is a batch norm without weights (He et al., 2022).
/// </summary>
/// <remarks>Sources: He et al., "Momentum Contrast", arXiv:1911.05722, section 4.1; the sweep and the norm: He et al., arXiv:2111.06377, appendix A.1.</remarks>
/// <param name="epochs">Passes over the training side, 1 or more.</param>
/// <param name="batchSize">Images a step, 1 or more.</param>
/// <param name="seed">Of the held-out tenth and of the order.</param>
public sealed class LinearSweep(int epochs = 100, int batchSize = 256, int seed = 1)
{
    private const double Momentum = 0.9;
    private const int HeldOut = 10; // one in so many

    /// <summary>The rates that are tried, of batch 256: they are scaled with the batch.</summary>
    public static IReadOnlyList<double> Rates { get; } = [0.01, 0.03, 0.1, 0.3, 1, 3];

    /// <summary>Learns and measures.</summary>
    /// <param name="train">[N, D]</param>
    /// <param name="trainLabels">[N], each in 0 .. classes - 1.</param>
    /// <param name="test">[M, D], 1 row or more.</param>
    /// <param name="testLabels">[M]; -1 is a class that the classifier cannot know and counts as missed.</param>
    /// <param name="classes">C, 2 or more.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public LinearSweepResult Measure(Embeddings train, int[] trainLabels, Embeddings test, int[] testLabels, int classes, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var standardisation = Standardisation.Of(train);
        Tensor x = Matrix(standardisation.Apply(train)), y = tensor(Array.ConvertAll(trainLabels, label => (long)label)); // [N, D], [N]
        int[] order = [.. Enumerable.Range(0, train.Rows)];
        new Random(seed).Shuffle(order);
        int held = train.Rows / HeldOut;
        double rate = Rates[Rates.Count / 2];
        if (held > 0)
        {
            (Tensor heldRows, Tensor keptRows) = (Index(order[..held]), Index(order[held..]));
            Tensor logits = Logits(Fit(x[keptRows], y[keptRows], classes, Rates, cancellationToken), x[heldRows]);     // [R, H, C]
            double[] accuracies = [.. logits.argmax(2).eq(y[heldRows]).to(float64).mean([1]).data<double>()];         // [R]
            rate = Rates[Array.IndexOf(accuracies, accuracies.Max())];
        }

        Tensor ranked = Logits(Fit(x, y, classes, [rate], cancellationToken), Matrix(standardisation.Apply(test)))[0]; // [M, C]
        Tensor best = ranked.topk(Math.Min(5, classes), 1).indexes;                                                    // [M, 5]
        Tensor hits = best.eq(tensor(Array.ConvertAll(testLabels, label => (long)label)).unsqueeze(1)).to(float64);    // [M, 5]
        return new LinearSweepResult(hits.select(1, 0).mean().item<double>(), hits.sum(1).mean().item<double>(), rate);
    }

    // All rates at once: weights [R, D, C] and biases [R, 1, C] are independent problems on the same batches. The gradient of the cross-entropy with
    // respect to the logits is softmax minus one-hot.
    private (Tensor Weights, Tensor Biases) Fit(Tensor x, Tensor y, int classes, IReadOnlyList<double> rates, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        long rows = x.shape[0], dimensions = x.shape[1], batch = Math.Min(batchSize, rows), stepsPerEpoch = (rows + batch - 1) / batch;
        Tensor rate = tensor(rates.Select(r => (float)(r * batch / 256)).ToArray(), [rates.Count, 1, 1]); // [R, 1, 1]
        Tensor weights = zeros(rates.Count, dimensions, classes), biases = zeros(rates.Count, 1, classes);
        Tensor weightMomentum = zeros_like(weights), biasMomentum = zeros_like(biases);
        Tensor targets = nn.functional.one_hot(y, classes).to(float32);                                    // [N, C]
        var schedule = new WarmupCosine(1, 0, epochs * stepsPerEpoch);
        var random = new Random(seed);
        int[] order = [.. Enumerable.Range(0, (int)rows)];
        for (long step = 0; step < epochs * stepsPerEpoch; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var stepScope = NewDisposeScope();
            long first = step % stepsPerEpoch * batch;
            if (first == 0) random.Shuffle(order);
            Tensor index = Index(order[(int)first..(int)Math.Min(rows, first + batch)]);
            Tensor images = x.index_select(0, index);                                                      // [B, D]
            Tensor error = (Logits((weights, biases), images).softmax(2) - targets.index_select(0, index)) / images.shape[0]; // [R, B, C]
            weightMomentum.mul_(Momentum).add_(images.t().matmul(error));                                  // [R, D, C]
            biasMomentum.mul_(Momentum).add_(error.sum([1L], keepdim: true));                              // [R, 1, C]
            weights.sub_(weightMomentum * rate * schedule.At(step));
            biases.sub_(biasMomentum * rate * schedule.At(step));
        }
        return (weights.MoveToOuterDisposeScope(), biases.MoveToOuterDisposeScope());
    }

    private static Tensor Logits((Tensor Weights, Tensor Biases) heads, Tensor x) => x.matmul(heads.Weights) + heads.Biases; // [R, N, C]

    private static Tensor Matrix(Embeddings embeddings) => tensor(embeddings.Data, [embeddings.Rows, embeddings.Dimensions]);

    private static Tensor Index(int[] rows) => tensor(Array.ConvertAll(rows, row => (long)row));
}
