using Perennial.Learning.Views;

namespace Perennial.Learning.Pretraining;

/// <summary>The order of the training images in an epoch: a function of seed and epoch alone, so that a resumed run sees what the uninterrupted one would have seen.</summary>
internal static class EpochOrder
{
    public static int[] Of(IReadOnlyList<int> rows, int seed, int epoch)
    {
        int[] order = [.. rows];
        var random = new RandomStream((ulong)seed, RandomPurpose.Order, (uint)epoch, 0);
        random.Shuffle(order.AsSpan());
        return order;
    }
}
