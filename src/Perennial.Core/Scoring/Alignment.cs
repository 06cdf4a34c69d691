using System.Numerics.Tensors;

namespace Perennial.Core.Scoring;

/// <summary>
/// Alignment: the mean over images of ‖f(x) − f(x⁺)‖² for two views of an image, on unit vectors, [0, 4]; 0 when views coincide.
/// It worsens in healthy training and is 0 for a collapsed encoder: read it together with <see cref="Uniformity"/>.
/// Source: Wang and Isola 2020, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere", section 4.1 (alpha = 2).
/// </summary>
public static class Alignment
{
    /// <param name="first">Embeddings of one view, [N, D], N above 0; normalised here.</param>
    /// <param name="second">Embeddings of the other view of the same images, [N, D].</param>
    public static double Measure(Embeddings first, Embeddings second) => Measure(UnitRows.Of(first), UnitRows.Of(second));

    /// <param name="first">[N, D], row-major.</param>
    /// <param name="second">[N, D], row-major.</param>
    /// <param name="dimensions">D.</param>
    public static double Measure(ReadOnlySpan<double> first, ReadOnlySpan<double> second, int dimensions) =>
        Measure(UnitRows.Of(first, dimensions), UnitRows.Of(second, dimensions));

    private static double Measure(UnitRows first, UnitRows second)
    {
        if (first.Count != second.Count || first.Dimensions != second.Dimensions || first.Count == 0)
            throw new ArgumentException($"Two views of one or more images are needed; given [{first.Count}, {first.Dimensions}] and [{second.Count}, {second.Dimensions}].");
        double sum = 0;
        for (int i = 0; i < first.Count; i++)
        {
            double distance = TensorPrimitives.Distance(first.Row(i), second.Row(i));
            sum += distance * distance;
        }
        return sum / first.Count;
    }
}
