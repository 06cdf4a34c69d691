using Perennial.Demo.Samples.Families;

namespace Perennial.Demo.Samples;

/// <summary>
/// The demo's own pictures: ten families of shapes in random pose, colour, light, texture and blur, rendered from a seed.
/// Neither colour nor raw pixels give the family away; the shape does.
/// </summary>
internal static class SampleImages
{
    private static readonly ISampleFamily[] All =
        [new Butterfly(), new Fish(), new Flower(), new Gear(), new House(), new Leaf(), new Mushroom(), new Sailboat(), new Teacup(), new Umbrella()];

    /// <summary>The families' names in the order of their draws.</summary>
    public static IReadOnlyList<string> Families { get; } = [.. All.Select(family => family.Name)];

    /// <summary>Renders <paramref name="count"/> pictures, families in turn. The same seed gives the same bytes, whatever the number of cores.</summary>
    /// <param name="count">How many pictures; at least 1.</param>
    /// <param name="seed">Every picture draws from its own stream, made of this and its index.</param>
    /// <param name="rendered">Called once after each picture, from several threads.</param>
    /// <param name="cancellationToken">Stops between two pictures.</param>
    public static IReadOnlyList<Sample> Render(int count, int seed, Action? rendered, CancellationToken cancellationToken)
    {
        var samples = new Sample[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellationToken }, index =>
        {
            ISampleFamily family = All[index % All.Length];
            (byte[] bytes, bool jpeg) = SampleScene.Render(family, new Random(StreamOf(seed, index)));
            samples[index] = new Sample($"sample-{index:D5}.{(jpeg ? "jpg" : "png")}", family.Name, bytes);
            rendered?.Invoke();
        });
        return samples;
    }

    /// <summary>The finaliser of SplitMix64. Neighbouring seeds of <see cref="Random"/> start with neighbouring numbers, which would tie the colour to the family.</summary>
    private static int StreamOf(int seed, int index)
    {
        ulong mixed = unchecked((((ulong)(uint)seed << 32) | (uint)index) + 0x9E3779B97F4A7C15UL);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL);
        return (int)((mixed ^ (mixed >> 31)) & int.MaxValue);
    }
}
