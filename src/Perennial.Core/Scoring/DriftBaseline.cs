namespace Perennial.Core.Scoring;

/// <summary>
/// What counts as usual: MMD² of old images against old ones, from the corpus's own history. Recent images are then told by their effect size, MMD² over this
/// level; no p-value is asked, because with many images every difference is significant.
/// </summary>
public sealed class DriftBaseline
{
    private const double SplitQuantile = 0.95;

    private readonly Embeddings _reference;

    private DriftBaseline(Embeddings reference, double bandwidth, double splitLevel, double? stretchLevel) =>
        (_reference, Bandwidth, SplitLevel, StretchLevel) = (reference, bandwidth, splitLevel, stretchLevel);

    /// <summary>σ of the kernel: the median distance within the reference.</summary>
    public double Bandwidth { get; }

    /// <summary>What 95 of 100 random splits of the reference stay below: the noise of so small a sample.</summary>
    public double SplitLevel { get; }

    /// <summary>The most that a stretch of the history has differed from the rest; null without stretches.</summary>
    public double? StretchLevel { get; }

    /// <summary>The greater of the two, above 0.</summary>
    public double Level => Math.Max(SplitLevel, StretchLevel ?? 0);

    /// <summary>Calibrates; null when all rows of the reference are (nearly) one point, so that no distance can be told.</summary>
    /// <param name="reference">Old images, [R, D].</param>
    /// <param name="stretches">Images that came one after another, each beside old images that are not among them; may be empty.</param>
    /// <param name="window">Rows of a recent set; at least 2 and at most R / 2.</param>
    /// <param name="splits">Random splits into <paramref name="window"/> rows and the rest, 1 or more.</param>
    /// <param name="seed">Of the splits.</param>
    public static DriftBaseline? Of(Embeddings reference, IReadOnlyList<(Embeddings Stretch, Embeddings Others)> stretches, int window, int splits, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(splits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, reference.Rows / 2);
        double bandwidth = MaximumMeanDiscrepancy.MedianDistance(reference);
        if (bandwidth < 1e-6) return null;
        double[] levels = OfSplits(MaximumMeanDiscrepancy.Kernel(reference, bandwidth), window, splits, new Random(seed));
        Array.Sort(levels);
        double split = Math.Max(levels[(int)Math.Min(splits - 1, Math.Ceiling(SplitQuantile * splits) - 1)], 1e-9);
        double? stretch = stretches.Count == 0 ? null : stretches.Max(pair => MaximumMeanDiscrepancy.Squared(pair.Stretch, pair.Others, bandwidth));
        return new DriftBaseline(reference, bandwidth, split, stretch);
    }

    /// <param name="recent">[window, D].</param>
    public DriftReading Measure(Embeddings recent)
    {
        double squared = MaximumMeanDiscrepancy.Squared(recent, _reference, Bandwidth);
        return new DriftReading(squared, Level, squared / Level);
    }

    /// <summary>MMD² of each split, from sums over the one kernel matrix.</summary>
    private static double[] OfSplits(double[][] kernel, int window, int splits, Random random)
    {
        int[] order = [.. Enumerable.Range(0, kernel.Length)];
        double[] found = new double[splits];
        for (int split = 0; split < splits; split++)
        {
            random.Shuffle(order);
            ReadOnlySpan<int> x = order.AsSpan(0, window), y = order.AsSpan(window);
            double within = Sum(kernel, x, x) - x.Length, others = Sum(kernel, y, y) - y.Length; // without the diagonal's ones
            found[split] = (within / (x.Length * (x.Length - 1.0))) + (others / (y.Length * (y.Length - 1.0))) - (2 * Sum(kernel, x, y) / ((double)x.Length * y.Length));
        }
        return found;
    }

    private static double Sum(double[][] kernel, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        double sum = 0;
        foreach (int i in rows)
        {
            double[] row = kernel[i];
            foreach (int j in columns) sum += row[j];
        }
        return sum;
    }
}
