using System.Security.Cryptography;
using System.Text;
using Perennial.Commands.Terminals;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Learning.Export.Quantization;

namespace Perennial.Commands.Training;

/// <summary>Decoded images with their sides.</summary>
/// <param name="Tiles">All of them.</param>
/// <param name="Train">Rows of the training side.</param>
/// <param name="Test">Rows of the test side.</param>
internal sealed record TrainingImages(TileSet Tiles, IReadOnlyList<int> Train, IReadOnlyList<int> Test) : IDisposable
{
    private const int FewestTest = 2;

    /// <summary>Whether both sides have labels of at least two classes.</summary>
    public bool Labelled => Train.Select(row => Tiles.Labels[row]).OfType<string>().Distinct().Take(2).Count() == 2 && Test.Any(row => Tiles.Labels[row] is not null);

    /// <summary>The same for an int8 variant.</summary>
    public CalibrationImages Calibration => new(Tiles, Train, Test);

    /// <summary>Lists, samples and decodes.</summary>
    /// <exception cref="UsageException">Fewer than two test images are left.</exception>
    /// <exception cref="DatasetException">A path is missing, damaged or without images.</exception>
    public static async Task<TrainingImages> LoadAsync(DatasetChoice choice, Preprocessing preprocessing, Terminal terminal, CancellationToken cancellationToken)
    {
        TileSet tiles = await terminal.StepAsync("decode", "images", null, step => Task.Run(
            () =>
            {
                DatasetListing listing = DatasetListing.Of(choice, cancellationToken);
                step.Of(listing.Count);
                return TileSet.Decode(listing.Sources(cancellationToken), preprocessing, new ImageLimits(), cachePath: null, done => step.At(done), cancellationToken);
            },
            cancellationToken));
        if (tiles.Skipped is [{ } first, ..])
        {
            terminal.Remark($"{tiles.Skipped.Count:N0} {(tiles.Skipped.Count == 1 ? "image was" : "images were")} left out, the first because: {first.Reason}");
        }
        (IReadOnlyList<int> train, IReadOnlyList<int> test) = tiles.SplitRows();
        if (train.Count == 0 || test.Count < FewestTest)
        {
            tiles.Dispose();
            throw new UsageException($"{train.Count} training and {test.Count} test images are too few: give more images, or a test set with --test.");
        }
        return new TrainingImages(tiles, train, test);
    }

    /// <summary>Counts for a manifest; the snapshot's id is the SHA-256 of the sorted ids.</summary>
    public CorpusSummary Summary()
    {
        string ids = string.Join('\n', Tiles.Ids.Order(StringComparer.Ordinal));
        string snapshot = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ids)));
        return new CorpusSummary(snapshot, Tiles.Count, Train.Count, Test.Count, Tiles.Labels.Count(label => label is not null));
    }

    public void Dispose() => Tiles.Dispose();
}
