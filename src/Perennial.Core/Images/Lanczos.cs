using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Perennial.Core.Images;

/// <summary>
/// Makes a picture smaller by Lanczos' windowed sinc of three lobes, stretched by the factor of the reduction so that nothing aliases (Duchon 1979).
/// Rows first, then columns, and only those that the tile keeps.
/// </summary>
internal static class Lanczos
{
    private const int Bands = 4;
    private const double Lobes = 3;

    /// <summary>Reduces to <c>[3, S, S]</c>, planar.</summary>
    /// <param name="pixels"><c>[height, width, 4]</c>; the fourth band is not looked at.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="size">S; not above either side.</param>
    /// <param name="squash">The whole picture, each side by a factor of its own; else the square in its centre.</param>
    /// <param name="tile">Written whole.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // the first pictures are as quick as the last
    public static void Reduce(ReadOnlySpan<byte> pixels, int width, int height, int size, bool squash, Span<byte> tile)
    {
        double square = Math.Min(width, height);
        (Taps columns, Taps rows) = squash
            ? (Taps.Of(width, 0, width, size), Taps.Of(height, 0, height, size))
            : (Taps.Of(width, (width - square) / 2, square, size), Taps.Of(height, (height - square) / 2, square, size));
        int row = Bands * width, plane = size * size;
        float[] converted = ArrayPool<float>.Shared.Rent(rows.Most * row), mixed = ArrayPool<float>.Shared.Rent(row); // the rows under the kernel, and their sum
        try
        {
            int ready = 0; // rows 0 .. ready - 1 were converted; row r lies at r modulo rows.Most
            for (int y = 0; y < size; y++)
            {
                int first = rows.First(y);
                ReadOnlySpan<float> weights = rows.Weights(y);
                Span<float> sum = mixed.AsSpan(0, row);
                sum.Clear();
                for (ready = Math.Max(ready, first); ready < first + weights.Length; ready++)
                    TensorPrimitives.ConvertTruncating(pixels.Slice(ready * row, row), converted.AsSpan(ready % rows.Most * row, row));
                for (int tap = 0; tap < weights.Length; tap++)
                    TensorPrimitives.MultiplyAdd(converted.AsSpan((first + tap) % rows.Most * row, row), weights[tap], sum, sum);
                Columns(MemoryMarshal.Cast<float, Vector128<float>>(sum), columns, tile, y * size, plane);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(converted);
            ArrayPool<float>.Shared.Return(mixed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns(ReadOnlySpan<Vector128<float>> row, Taps columns, Span<byte> tile, int at, int plane)
    {
        for (int x = 0; x < columns.Count; x++, at++)
        {
            ReadOnlySpan<float> weights = columns.Weights(x);
            ReadOnlySpan<Vector128<float>> under = row.Slice(columns.First(x), weights.Length);
            Vector128<float> sum = Vector128.Create(0.5f); // rounds
            for (int tap = 0; tap < under.Length; tap++) sum += under[tap] * weights[tap];
            Vector128<int> levels = Vector128.ConvertToInt32(Vector128.Min(Vector128.Max(sum, Vector128<float>.Zero), Vector128.Create(255f)));
            tile[at] = (byte)levels[0];
            tile[plane + at] = (byte)levels[1];
            tile[2 * plane + at] = (byte)levels[2];
        }
    }

    /// <summary>Which pixels of a line make each pixel of the result, and with which weights; the weights of each sum to 1.</summary>
    private sealed class Taps
    {
        private readonly float[] _weights;
        private readonly (int First, int Length)[] _spans;

        private Taps(int count, int most) => (_spans, _weights, Most) = (new (int, int)[count], new float[count * most], most);

        public int Count => _spans.Length;

        /// <summary>Most pixels under the kernel at once.</summary>
        public int Most { get; }

        public int First(int index) => _spans[index].First;

        public ReadOnlySpan<float> Weights(int index) => _weights.AsSpan(index * Most, _spans[index].Length);

        /// <param name="length">Pixels of the line.</param>
        /// <param name="start">Where the part that is kept begins.</param>
        /// <param name="kept">How long it is.</param>
        /// <param name="count">Pixels of the result.</param>
        public static Taps Of(int length, double start, double kept, int count)
        {
            double factor = kept / count, reach = Lobes * factor;
            Taps taps = new(count, (int)Math.Ceiling(2 * reach) + 1);
            for (int i = 0; i < count; i++)
            {
                double centre = start + (i + 0.5) * factor;
                int first = Math.Max(0, (int)Math.Ceiling(centre - reach - 0.5)), last = Math.Min(length - 1, (int)Math.Floor(centre + reach - 0.5));
                Span<float> weights = taps._weights.AsSpan(i * taps.Most, last - first + 1);
                for (int pixel = first; pixel <= last; pixel++) weights[pixel - first] = (float)Kernel((pixel + 0.5 - centre) / factor);
                TensorPrimitives.Divide(weights, TensorPrimitives.Sum<float>(weights), weights);
                taps._spans[i] = (first, weights.Length);
            }
            return taps;
        }

        private static double Kernel(double x)
        {
            if (x == 0) return 1;
            if (Math.Abs(x) >= Lobes) return 0;
            double angle = Math.PI * x;
            return Lobes * Math.Sin(angle) * Math.Sin(angle / Lobes) / (angle * angle);
        }
    }
}
