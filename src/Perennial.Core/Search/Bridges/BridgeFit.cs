using System.Numerics.Tensors;
using Perennial.Core.Scoring;

namespace Perennial.Core.Search.Bridges;

/// <summary>
/// Fits maps from one embedding space to another on pairs: the same images embedded by both encoders. In float64, on one thread, in memory of a few times the pairs.
/// Sources: Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem"; Hoerl and Kennard 1970, "Ridge Regression".
/// </summary>
public static class BridgeFit
{
    private const int ValidationShare = 5; // one pair in so many chooses the penalty

    /// <summary>Penalties that are tried, as shares of the mean variance of a component.</summary>
    private static readonly double[] Penalties = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

    /// <summary>min ‖s (X − x̄) R + ȳ − Y‖ over scales s and over R with orthonormal columns (or rows, where the old space has fewer dimensions).</summary>
    /// <param name="from">X, [N, D], unit rows.</param>
    /// <param name="to">Y, [N, E], unit rows, of the same images.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ArgumentException">Fewer than two pairs, or vectors that are not finite.</exception>
    public static AffineMap Procrustes(Embeddings from, Embeddings to, CancellationToken cancellationToken = default)
    {
        Check(from, to);
        (Centred x, Centred y) = (new Centred(from, from.Rows), new Centred(to, to.Rows));
        bool narrows = x.Dimensions >= y.Dimensions;
        double[] product = narrows
            ? Products.TransposeTimes(x.Values, x.Dimensions, y.Values, y.Dimensions, cancellationToken)  // [D, E]
            : Products.TransposeTimes(y.Values, y.Dimensions, x.Values, x.Dimensions, cancellationToken); // [E, D]
        double[] factor = PolarFactor.Of(product, Math.Min(x.Dimensions, y.Dimensions), cancellationToken);
        double spread = narrows ? SpreadOf(x, factor, cancellationToken) : TensorPrimitives.SumOfSquares<double>(x.Values);
        double scale = spread == 0 ? 0 : TensorPrimitives.Dot<double>(factor, product) / spread; // tr(Rᵀ XᵀY) / ‖X R‖²
        TensorPrimitives.Multiply(factor, scale, factor);
        return Map(narrows ? factor : Transposed(factor, x.Dimensions), x, y);
    }

    /// <summary>min ‖(X − x̄) W + ȳ − Y‖² + λ ‖W‖², with the λ under which pairs that were left out come closest to their targets.</summary>
    /// <inheritdoc cref="Procrustes"/>
    public static (AffineMap Map, double Penalty) Ridge(Embeddings from, Embeddings to, CancellationToken cancellationToken = default)
    {
        Check(from, to);
        int validation = from.Rows / ValidationShare, learned = from.Rows - validation;
        double best = Penalties[^1];
        if (validation > 0)
        {
            (Centred x, Centred y) = (new Centred(from, learned), new Centred(to, learned));
            (double[] gram, double[] product) = Normal(x, y, cancellationToken);
            double nearest = double.NegativeInfinity;
            foreach (double penalty in Penalties)
            {
                if (Solve(gram, product, x, y, penalty, cancellationToken) is not { } map) continue;
                double cosine = MeanCosine(map, from, to, learned);
                if (cosine > nearest) (nearest, best) = (cosine, penalty);
            }
        }
        (Centred allX, Centred allY) = (new Centred(from, from.Rows), new Centred(to, to.Rows));
        (double[] allGram, double[] allProduct) = Normal(allX, allY, cancellationToken);
        return (Solve(allGram, allProduct, allX, allY, best, cancellationToken) ?? Solve(allGram, allProduct, allX, allY, 1, cancellationToken)!, best);
    }

    /// <summary>‖X R‖² = tr(Rᵀ XᵀX R): fewer dimensions hold less than all of X.</summary>
    private static double SpreadOf(Centred x, double[] factor, CancellationToken cancellationToken)
    {
        double[] gram = Products.TransposeTimes(x.Values, x.Dimensions, x.Values, x.Dimensions, cancellationToken);
        return TensorPrimitives.Dot<double>(Products.TransposeTimes(gram, x.Dimensions, factor, factor.Length / x.Dimensions, cancellationToken), factor);
    }

    private static (double[] Gram, double[] Product) Normal(Centred x, Centred y, CancellationToken cancellationToken) =>
        (Products.TransposeTimes(x.Values, x.Dimensions, x.Values, x.Dimensions, cancellationToken),   // XᵀX, [D, D]
         Products.TransposeTimes(y.Values, y.Dimensions, x.Values, x.Dimensions, cancellationToken));  // YᵀX, [E, D]

    private static AffineMap? Solve(double[] gram, double[] product, Centred x, Centred y, double penalty, CancellationToken cancellationToken)
    {
        double trace = 0;
        for (int i = 0; i < x.Dimensions; i++) trace += gram[(i * x.Dimensions) + i];
        double ridge = trace > 0 ? penalty * trace / x.Dimensions : 1;
        if (CholeskyFactor.Of(gram, x.Dimensions, ridge, cancellationToken) is not { } factor) return null;
        double[] weights = [.. product];
        factor.Solve(weights, cancellationToken); // Wᵀ, [E, D]
        return Map(Transposed(weights, x.Dimensions), x, y);
    }

    private static double MeanCosine(AffineMap map, Embeddings from, Embeddings to, int first)
    {
        double sum = 0;
        for (int row = first; row < from.Rows; row++)
            sum += map.Apply(from.Row(row)) is { } mapped ? TensorPrimitives.CosineSimilarity(mapped, to.Row(row)) : 0;
        return sum / (from.Rows - first);
    }

    private static AffineMap Map(double[] weights, Centred x, Centred y)
    {
        double[] offset = [.. y.Mean]; // ȳ − x̄ W
        for (int i = 0; i < x.Dimensions; i++)
            TensorPrimitives.MultiplyAdd(weights.AsSpan(i * y.Dimensions, y.Dimensions), -x.Mean[i], offset, offset);
        return new AffineMap(Array.ConvertAll(weights, value => (float)value), Array.ConvertAll(offset, value => (float)value));
    }

    private static double[] Transposed(double[] matrix, int columns)
    {
        int rows = matrix.Length / columns;
        double[] transposed = new double[matrix.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) transposed[(j * rows) + i] = matrix[(i * columns) + j];
        }
        return transposed;
    }

    private static void Check(Embeddings from, Embeddings to)
    {
        if (from.Rows != to.Rows) throw new ArgumentException($"{from.Rows} vectors of one space were given with {to.Rows} of the other.", nameof(to));
        ArgumentOutOfRangeException.ThrowIfLessThan(from.Rows, 2, nameof(from));
        foreach (Embeddings side in new[] { from, to })
        {
            if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes<float>(side.Data))) throw new ArgumentException("A vector is not finite.", nameof(from));
        }
    }

    /// <summary>The first rows in float64, with their mean taken off.</summary>
    private sealed class Centred
    {
        public Centred(Embeddings embeddings, int rows)
        {
            Dimensions = embeddings.Dimensions;
            Values = new double[rows * Dimensions];
            TensorPrimitives.ConvertTruncating<float, double>(embeddings.Data.AsSpan(0, Values.Length), Values);
            Mean = new double[Dimensions];
            for (int row = 0; row < rows; row++) TensorPrimitives.Add(Mean, Values.AsSpan(row * Dimensions, Dimensions), Mean);
            TensorPrimitives.Divide(Mean, (double)rows, Mean);
            for (int row = 0; row < rows; row++)
            {
                Span<double> values = Values.AsSpan(row * Dimensions, Dimensions);
                TensorPrimitives.Subtract(values, Mean, values);
            }
        }

        public int Dimensions { get; }

        /// <summary>[rows, Dimensions].</summary>
        public double[] Values { get; }

        /// <summary>[Dimensions].</summary>
        public double[] Mean { get; }
    }
}
