using System.Globalization;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;

namespace Perennial.Learning.Export.Quantization;

/// <summary>Whether an int8 variant may stand beside float32.</summary>
internal static class Int8Gate
{
    /// <summary>Least mean cosine to float32 on held-out images.</summary>
    public const double LeastMeanCosine = 0.99;

    /// <summary>Most that kNN accuracy may fall by: half a point, or one image where fewer than 200 are held out.</summary>
    public const double MostKnnDrop = 0.005;

    /// <summary>
    /// Least cosine on a probe. Half of the probes are made up (one colour, a chessboard, noise) and lie outside of what ranges are calibrated on, so a probe may
    /// lie further off than an image.
    /// </summary>
    public const double LeastProbeCosine = 0.95;

    // What engines may differ by from the arithmetic that they are measured with here.
    private const double CosineMargin = 0.005, DifferenceMargin = 0.02;

    /// <summary>The report with the verdict and its reason.</summary>
    /// <param name="measured">All figures.</param>
    /// <param name="probes">Cosine and largest difference of the probe that is furthest off.</param>
    public static QuantizationReport Judge(QuantizationReport measured, (double Cosine, double Difference) probes)
    {
        string? refusal = !(measured.MeanCosine >= LeastMeanCosine)
                ? Say($"the mean cosine to float32 on {measured.Images} held-out images is {measured.MeanCosine:F4}, below {LeastMeanCosine}")
            // An accuracy is a number of images: half a point exactly is within half a point.
            : measured.KnnFloat32 - measured.KnnInt8 > Math.Max(MostKnnDrop, 1.0 / measured.Images) + 1e-9
                ? Say($"kNN accuracy falls from {measured.KnnFloat32:F4} to {measured.KnnInt8:F4}, by more than {Math.Max(MostKnnDrop, 1.0 / measured.Images):F4}")
            : !(probes.Cosine >= LeastProbeCosine)
                ? Say($"a probe's cosine to float32 is {probes.Cosine:F4}, below {LeastProbeCosine}")
            : null;
        return measured with { Admitted = refusal is null, Reason = refusal ?? Say($"mean cosine to float32 {measured.MeanCosine:F4} on {measured.Images} held-out images, {Knn(measured)}") };
    }

    /// <summary>What admission may allow an engine on the probes.</summary>
    /// <param name="probes">As measured here.</param>
    public static ProbeTolerance Tolerance((double Cosine, double Difference) probes) => new(
        Math.Round(Math.Max(probes.Cosine - CosineMargin, LeastProbeCosine - CosineMargin), 4), Math.Round(probes.Difference * 1.25 + DifferenceMargin, 4));

    private static string Knn(QuantizationReport measured) => measured is { KnnFloat32: { } before, KnnInt8: { } after }
        ? Say($"kNN accuracy {after:F4} where float32 has {before:F4}") : "too few labels to measure kNN accuracy";

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
