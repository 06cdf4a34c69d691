using System.Text.Json.Nodes;
using Perennial.Core.Generations;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Networks;

namespace Perennial.Commands.Training;

/// <summary>kNN accuracy of an encoder beside what needs no training, all by the same measure on the same images.</summary>
/// <param name="K">Neighbours.</param>
/// <param name="Temperature">Of their votes' weights.</param>
/// <param name="Accuracy">Of the encoder, [0, 1].</param>
/// <param name="RawPixels">Of channel-normalised pixels, [0, 1].</param>
/// <param name="Untrained">Of the same network with random weights, mean of three, [0, 1].</param>
internal sealed record KnnReport(int K, double Temperature, double Accuracy, double RawPixels, double Untrained)
{
    private static readonly int[] UntrainedSeeds = [11, 12, 13];

    /// <exception cref="UsageException">The images have no labels in two classes.</exception>
    public static KnnReport Measure(Encoder encoder, BackboneDescription backbone, TrainingImages images, int k, double temperature)
    {
        if (!images.Labelled)
        {
            throw new UsageException("kNN accuracy needs labels of two classes on both sides: put the images into class folders.");
        }
        var probe = new KnnProbe(images.Tiles, images.Train, images.Test, k, temperature);
        return new KnnReport(k, temperature, probe.Measure(encoder), probe.RawPixels(), probe.Untrained(backbone, UntrainedSeeds));
    }

    public JsonObject ToJson() => new()
    {
        ["metric"] = "knn",
        ["k"] = K,
        ["temperature"] = Temperature,
        ["accuracy"] = Math.Round(Accuracy, 4),
        ["raw_pixels"] = Math.Round(RawPixels, 4),
        ["untrained"] = Math.Round(Untrained, 4),
    };
}
