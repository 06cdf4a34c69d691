namespace Perennial.Tests.Endpoints.Fuzzing;

internal static class RandomExtensions
{
    public static T Pick<T>(this Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    /// <summary>Whether, once in so many times.</summary>
    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;

    /// <summary>0 to <paramref name="most"/> bytes.</summary>
    public static byte[] Bytes(this Random random, int most)
    {
        byte[] bytes = new byte[random.Next(most + 1)];
        random.NextBytes(bytes);
        return bytes;
    }
}
