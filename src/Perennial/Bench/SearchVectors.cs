using System.Globalization;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using System.Text;

namespace Perennial.Bench;

/// <summary>
/// Unit vectors as an encoder makes them: a centre for each cluster, and scatter around it; the same for the same seed. Queries are drawn as the vectors are and are none of them.
/// </summary>
/// <param name="dimensions">Length of a vector.</param>
/// <param name="clusters">0: directions without any order.</param>
internal sealed class SearchVectors(int dimensions, int clusters)
{
    private const int RowDigits = 8;

    /// <summary>Scatter beside a centre of length 1, its expected length.</summary>
    private const float Scatter = 0.7f;

    private readonly float[][] _centres = [.. Enumerable.Range(0, clusters).Select(number => Direction(new Random(~number), dimensions, 1))];

    /// <summary>Vector number <paramref name="row"/>; negative numbers are queries.</summary>
    public float[] this[int row]
    {
        get
        {
            Random random = new(row);
            float[]? centre = _centres.Length == 0 ? null : _centres[random.Next(_centres.Length)];
            float[] vector = Direction(random, dimensions, centre is null ? 1 : Scatter);
            if (centre is not null) TensorPrimitives.Add(vector, centre, vector);
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
            return vector;
        }
    }

    /// <summary>64 characters, as a SHA-256 has them; the last say which row it is.</summary>
    public static string IdOf(int row) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(row.ToString(CultureInfo.InvariantCulture))))[RowDigits..] + row.ToString("x8", CultureInfo.InvariantCulture);

    public static int RowOf(string id) => int.Parse(id.AsSpan(id.Length - RowDigits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static float[] Direction(Random random, int dimensions, float length)
    {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++)
            vector[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        TensorPrimitives.Multiply(vector, length / TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }
}
