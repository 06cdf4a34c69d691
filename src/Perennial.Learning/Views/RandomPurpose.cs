namespace Perennial.Learning.Views;

/// <summary>Keeps draws for different ends apart under one seed.</summary>
internal static class RandomPurpose
{
    /// <summary>The order of the images in an epoch.</summary>
    public const uint Order = 1;

    /// <summary>The order in which a step shuffles its keys.</summary>
    public const uint Shuffle = 2;

    /// <summary>One view of an image.</summary>
    public static uint View(int view) => 16 + (uint)view;
}
