using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Losses;

/// <summary>The inputs that the values in tests/Reference/losses.json were computed from, in float64.</summary>
internal static class ReferenceValues
{
    public static Tensor A => Rows(4, (i, j) => Math.Sin(1 + 8 * i + j));
    public static Tensor B => Rows(4, (i, j) => Math.Sin(1.5 + 1.1 * (8 * i + j)));
    public static Tensor Queue => Rows(6, (i, j) => Math.Cos(0.3 + 0.7 * (8 * i + j)));

    private static Tensor Rows(int rows, Func<int, int, double> value)
    {
        double[,] data = new double[rows, 8];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < 8; j++) { data[i, j] = value(i, j); }
        }
        return tensor(data);
    }
}
