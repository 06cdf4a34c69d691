using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Demo.Samples;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Networks;

namespace Perennial.Demo;

/// <summary>What needs no learning, by the same votes on the same pictures: channel-normalised pixels, and the same network with random weights.</summary>
internal sealed record PixelBaselines(double RawPixels, double Untrained)
{
    /// <param name="pictures">Stock is the bank, queries are asked.</param>
    /// <param name="backbone">Name of the network, its width and the side of its input.</param>
    /// <param name="cancellationToken">Stops the decoding.</param>
    public static PixelBaselines Measure(DemoPictures pictures, (string Name, int Width, int Size) backbone, CancellationToken cancellationToken)
    {
        IEnumerable<TileSource> Sources(IEnumerable<Sample> samples, Split split) => samples.Select(sample => new TileSource(sample.Name, sample.Family, split, () => sample.Bytes));
        using TileSet tiles = TileSet.Decode(Sources(pictures.Stock, Split.Train).Concat(Sources(pictures.Queries, Split.Test)),
            new Preprocessing { Size = backbone.Size }, new ImageLimits(), cachePath: null, decoded: null, cancellationToken);
        (IReadOnlyList<int> stock, IReadOnlyList<int> queries) = tiles.SplitRows();
        var probe = new KnnProbe(tiles, stock, queries, ServedScores.K, ServedScores.Temperature);
        return new PixelBaselines(probe.RawPixels(), probe.Untrained(Backbone.Describe(backbone.Name, backbone.Width, backbone.Size), 1, 2));
    }
}
