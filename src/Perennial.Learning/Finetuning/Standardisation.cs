using Perennial.Core.Scoring;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Finetuning;

/// <summary>
/// Shifts and scales each dimension of embeddings to mean 0 and deviation 1, so that one L2 penalty suits them all. The first layer of the
/// trained head takes it over (<see cref="FoldInto"/>), so that nothing of it remains at inference.
/// </summary>
/// <param name="Mean">[D]</param>
/// <param name="Deviation">[D], above 0.</param>
internal sealed record Standardisation(double[] Mean, double[] Deviation)
{
    // A dimension's variance counts as if so many further images had shown the mean variance of all: a few labels do not make a
    // dimension that happens to be constant among them all-important.
    private const double PriorImages = 20;

    /// <summary>Measures embeddings [N, D].</summary>
    public static Standardisation Of(Embeddings embeddings)
    {
        (int rows, int dimensions) = (embeddings.Rows, embeddings.Dimensions);
        double[] mean = new double[dimensions], squares = new double[dimensions];
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<float> row = embeddings.Row(i);
            for (int d = 0; d < dimensions; d++) mean[d] += row[d] / (double)rows;
        }

        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<float> row = embeddings.Row(i);
            for (int d = 0; d < dimensions; d++) squares[d] += (row[d] - mean[d]) * (row[d] - mean[d]);
        }

        double meanVariance = Math.Max(squares.Average() / rows, 1e-12);
        return new(mean, [.. squares.Select(sum => Math.Sqrt((sum + PriorImages * meanVariance) / (rows + PriorImages)))]);
    }

    /// <summary>Standardised embeddings, [N, D].</summary>
    public Embeddings Apply(Embeddings embeddings)
    {
        float[] data = new float[embeddings.Data.Length];
        for (int i = 0; i < data.Length; i++)
        {
            int d = i % embeddings.Dimensions;
            data[i] = (float)((embeddings.Data[i] - Mean[d]) / Deviation[d]);
        }

        return new(data, embeddings.Rows, embeddings.Dimensions);
    }

    /// <summary>Makes a layer that was trained on standardised embeddings take plain ones: <c>W' = W / s</c>, <c>b' = b - W' m</c>.</summary>
    public void FoldInto(Linear layer)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Tensor weight = layer.weight.to(float64).div(tensor(Deviation)); // [H, D]
        layer.bias!.copy_(layer.bias.to(float64).sub(weight.mv(tensor(Mean)))); // [H]
        layer.weight.copy_(weight);
    }
}
