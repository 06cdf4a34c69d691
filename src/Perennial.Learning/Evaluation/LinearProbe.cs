using Perennial.Core.Corpus;
using Perennial.Core.Scoring;
using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Perennial.Learning.Evaluation;

/// <summary>
/// Linear evaluation: multinomial logistic regression on frozen, standardised embeddings, full batch, L2 10⁻⁴, Adam with a cosine
/// schedule. Deterministic: it starts from zero weights.
/// </summary>
/// <remarks>The protocol of Chen et al., arXiv:2002.05709, section 2.3 (a linear classifier on the frozen encoder), without augmentation.</remarks>
public static class LinearProbe
{
    private const int Iterations = 300;
    private const double LearningRate = 0.05, L2 = 1e-4;

    /// <summary>Share of labelled test images that the probe names rightly, [0, 1].</summary>
    /// <param name="encoder">Stays as it is.</param>
    /// <param name="tiles">Labelled tiles.</param>
    /// <param name="trainRows">The probe learns from those with a label.</param>
    /// <param name="testRows">It is measured on those with a label.</param>
    public static double Measure(Encoder encoder, TileSet tiles, IReadOnlyList<int> trainRows, IReadOnlyList<int> testRows)
    {
        (LabelledRows train, LabelledRows test) = LabelledRows.Of(tiles, trainRows, testRows);
        return Measure(EncoderRunner.Embed(encoder, tiles, train.Rows), train.Labels, EncoderRunner.Embed(encoder, tiles, test.Rows), test.Labels, train.Classes.Count);
    }

    /// <summary>As above, on embeddings.</summary>
    public static double Measure(Embeddings train, int[] trainLabels, Embeddings test, int[] testLabels, int classes)
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(train.Data, [train.Rows, train.Dimensions]);        // [N, D]
        Tensor mean = x.mean([0], keepdim: true), std = (x.var(0, unbiased: false, keepdim: true) + 1e-8).sqrt();
        x = (x - mean) / std;
        Tensor y = tensor(Array.ConvertAll(trainLabels, label => (long)label)); // [N]
        var weight = new Parameter(zeros(classes, train.Dimensions)); // [C, D]
        var bias = new Parameter(zeros(classes));                     // [C]
        using var optimizer = new AdamW([("weight", weight), ("bias", bias)], weightDecay: 0);
        var schedule = new WarmupCosine(LearningRate, 0, Iterations);
        for (int i = 0; i < Iterations; i++)
        {
            using var step = NewDisposeScope();
            Tensor loss = nn.functional.cross_entropy(nn.functional.linear(x, weight, bias), y) + L2 * weight.square().sum();
            loss.backward();
            optimizer.Step(schedule.At(i));
            optimizer.ZeroGradients();
        }
        using var noGradient = no_grad();
        Tensor queries = (tensor(test.Data, [test.Rows, test.Dimensions]) - mean) / std;
        long[] predicted = [.. nn.functional.linear(queries, weight, bias).argmax(1).data<long>()]; // [M]
        return predicted.Zip(testLabels, (p, label) => p == label ? 1.0 : 0.0).DefaultIfEmpty(double.NaN).Average();
    }
}
