namespace Perennial.Core.Scoring;

/// <summary>A dense matrix of doubles, row-major: what the measures compute in. [Rows, Columns].</summary>
public sealed class Matrix(int rows, int columns)
{
    public int Rows { get; } = rows;
    public int Columns { get; } = columns;
    public double[] Data { get; } = new double[rows * columns];

    public ref double this[int row, int column] => ref Data[row * Columns + column];

    public Span<double> Row(int row) => Data.AsSpan(row * Columns, Columns);

    /// <summary>The same values in double precision.</summary>
    public static Matrix Of(Embeddings embeddings)
    {
        var matrix = new Matrix(embeddings.Rows, embeddings.Dimensions);
        for (int i = 0; i < matrix.Data.Length; i++) matrix.Data[i] = embeddings.Data[i];
        return matrix;
    }

    /// <summary>A copy whose rows have length 1; a row of zeros stays as it is.</summary>
    public Matrix WithUnitRows()
    {
        var unit = new Matrix(Rows, Columns);
        for (int i = 0; i < Rows; i++)
        {
            double length = Math.Sqrt(Dot(Row(i), Row(i)));
            for (int j = 0; j < Columns; j++) unit[i, j] = this[i, j] / (length > 0 ? length : 1);
        }
        return unit;
    }

    internal static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => System.Numerics.Tensors.TensorPrimitives.Dot(a, b);
}
