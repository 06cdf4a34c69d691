namespace Perennial.Demo.Samples;

/// <summary>Draws from ranges, so that the families read as descriptions.</summary>
internal static class RandomRanges
{
    /// <summary>Uniform in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public static float Between(this Random random, float from, float to) => from + ((to - from) * random.NextSingle());

    /// <summary>Uniform among the integers <paramref name="from"/>..<paramref name="to"/>, both included.</summary>
    public static int Among(this Random random, int from, int to) => random.Next(from, to + 1);

    /// <summary>True with the given probability.</summary>
    public static bool Chance(this Random random, double probability) => random.NextDouble() < probability;
}
