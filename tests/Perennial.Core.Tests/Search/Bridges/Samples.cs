using System.Numerics.Tensors;
using Perennial.Core.Scoring;
using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search.Bridges;

/// <summary>Vectors and matrices whose relation is known.</summary>
internal static class Samples
{
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>[rows, dimensions], unit rows.</summary>
    public static Embeddings UnitRows(int rows, int dimensions, Random random)
    {
        float[] data = [.. Enumerable.Range(0, rows * dimensions).Select(_ => (float)Normal(random))];
        for (int row = 0; row < rows; row++)
        {
            Span<float> values = data.AsSpan(row * dimensions, dimensions);
            TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        }
        return new Embeddings(data, rows, dimensions);
    }

    /// <summary>Rows of length 1 at right angles, by Gram and Schmidt.</summary>
    public static double[][] OrthonormalRows(int rows, int columns, Random random)
    {
        List<double[]> made = [];
        while (made.Count < rows)
        {
            double[] row = [.. Enumerable.Range(0, columns).Select(_ => Normal(random))];
            for (int pass = 0; pass < 2; pass++)
            {
                foreach (double[] other in made) TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot<double>(other, row), row, row);
            }
            TensorPrimitives.Divide(row, TensorPrimitives.Norm<double>(row), row);
            made.Add(row);
        }
        return [.. made];
    }

    /// <summary>[rows, columns] of this rank.</summary>
    public static double[] OfRank(int rows, int columns, int rank, Random random)
    {
        double[] matrix = new double[rows * columns];
        for (int part = 0; part < rank; part++)
        {
            double[] left = [.. Enumerable.Range(0, rows).Select(_ => Normal(random))], right = [.. Enumerable.Range(0, columns).Select(_ => Normal(random))];
            for (int i = 0; i < rows * columns; i++) matrix[i] += left[i / columns] * right[i % columns];
        }
        return matrix;
    }

    /// <summary>x M, unit rows.</summary>
    public static Embeddings Map(Embeddings x, double[][] matrix, double noise = 0, Random? random = null)
    {
        int columns = matrix[0].Length;
        float[] data = new float[x.Rows * columns];
        for (int row = 0; row < x.Rows; row++)
        {
            double[] mapped = [.. Enumerable.Range(0, columns).Select(_ => noise == 0 ? 0 : noise * Normal(random!))];
            for (int d = 0; d < x.Dimensions; d++) TensorPrimitives.MultiplyAdd(matrix[d], x.Row(row)[d], mapped, mapped);
            TensorPrimitives.Divide(mapped, TensorPrimitives.Norm<double>(mapped), mapped);
            for (int d = 0; d < columns; d++) data[(row * columns) + d] = (float)mapped[d];
        }
        return new Embeddings(data, x.Rows, columns);
    }

    /// <summary>A collection in a folder that holds these rows under the ids "0000", "0001", ...</summary>
    public static async Task<IVectorCollection> CollectionAsync(EmbeddedVectorIndex index, string digest, Embeddings rows, CancellationToken cancellationToken)
    {
        IVectorCollection collection = await index.OpenAsync(digest, rows.Dimensions, cancellationToken);
        await collection.UpsertAsync([.. Enumerable.Range(0, rows.Rows).Select(row => new VectorPoint(Id(row), rows.Row(row).ToArray(), null, null))], cancellationToken);
        return collection;
    }

    public static string Id(int row) => row.ToString("D4", System.Globalization.CultureInfo.InvariantCulture);
}
