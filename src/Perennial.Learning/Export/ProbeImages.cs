using Perennial.Core.Corpus;
using Perennial.Core.Images;

namespace Perennial.Learning.Export;

/// <summary>
/// The inputs that a generation is admitted on: half of them real, half what real images seldom show and engines get wrong first
/// (constants at both ends of the range, hard edges, noise).
/// </summary>
internal static class ProbeImages
{
    /// <summary>P, the number of probes.</summary>
    public const int Count = 16;

    private const int Real = Count / 2;

    /// <summary>Candidates <c>[3, S, S]</c> in [0, 1], in order of preference and without end: an encoder may answer some of them with nothing.</summary>
    public static IEnumerable<float[]> Candidates(int size, TileSet? tiles, IReadOnlyList<int>? rows)
    {
        int available = tiles is null ? 0 : rows?.Count ?? tiles.Count;
        int real = Math.Min(Real, available);
        for (int i = 0; i < real; i++)
        {
            int place = (int)((long)i * available / real);
            float[] image = new float[3 * size * size];
            TileConversion.ToFloat(tiles!.Tile(rows?[place] ?? place), image);
            yield return image;
        }

        yield return Paint(size, (_, _, _) => 0);
        yield return Paint(size, (_, _, _) => 1);
        yield return Paint(size, (_, _, _) => 0.5f);
        yield return Paint(size, (channel, _, _) => channel == 0 ? 1 : 0); // pure red
        yield return Paint(size, (_, y, x) => (x + y) % 2); // the highest frequency
        yield return Paint(size, (channel, y, x) => channel == 2 ? y / (float)size : x / (float)size);
        yield return Paint(size, (_, y, x) => x == size / 2 && y == size / 2 ? 1 : 0); // one pixel
        for (int seed = 0; ; seed++)
        {
            Random random = new(seed);
            yield return Paint(size, (_, _, _) => random.NextSingle());
        }
    }

    private static float[] Paint(int size, Func<int, int, int, float> value)
    {
        float[] image = new float[3 * size * size];
        for (int channel = 0; channel < 3; channel++)
            for (int y = 0; y < size; y++)
                for (int x = 0; x < size; x++) image[(channel * size + y) * size + x] = value(channel, y, x);
        return image;
    }
}
