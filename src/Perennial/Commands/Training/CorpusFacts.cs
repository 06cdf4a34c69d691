using Perennial.Core.Corpus;
using Perennial.Core.Images;

namespace Perennial.Commands.Training;

/// <summary>What a recipe is chosen by.</summary>
/// <param name="TrainImages">Images on the training side.</param>
/// <param name="Side">Median of the shorter sides of the first of them, in pixels.</param>
internal sealed record CorpusFacts(int TrainImages, int Side)
{
    private const int Sample = 64;

    /// <exception cref="UsageException">None of the first images can be read.</exception>
    /// <exception cref="DatasetException">A path is missing, damaged or without images.</exception>
    public static CorpusFacts Of(DatasetChoice choice, CancellationToken cancellationToken)
    {
        DatasetListing listing = DatasetListing.Of(choice, cancellationToken);
        int[] sides = [.. listing.Sources(cancellationToken).Take(Sample).Select(source => Side(source.Read())).Where(side => side > 0).Order()];
        return sides.Length == 0
            ? throw new UsageException($"None of the first {Sample} images in {choice.Data} can be read.")
            : new CorpusFacts(listing.CountOf(Split.Train), sides[sides.Length / 2]);

        static int Side(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                ImageInfo info = ImageDecoder.Inspect(bytes, new ImageLimits());
                return Math.Min(info.Width, info.Height);
            }
            catch (InvalidImageException)
            {
                return 0;
            }
        }
    }
}
