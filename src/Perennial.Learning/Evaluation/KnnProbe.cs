using System.Numerics.Tensors;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Evaluation;

/// <summary>
/// kNN accuracy on a fixed bank and fixed queries, for an encoder and for the two things that it must beat: raw pixels and the same network
/// untrained.
/// </summary>
/// <param name="tiles">Labelled tiles.</param>
/// <param name="bankRows">Where neighbours are looked for, the training side.</param>
/// <param name="queryRows">What is classified, the test side.</param>
/// <param name="k">Neighbours.</param>
/// <param name="temperature">Of the votes' weights.</param>
public sealed class KnnProbe(TileSet tiles, IReadOnlyList<int> bankRows, IReadOnlyList<int> queryRows, int k = 20, double temperature = 0.1)
{
    private const int LargestPixelSide = 32;

    private readonly (LabelledRows Bank, LabelledRows Queries) _labelled = LabelledRows.Of(tiles, bankRows, queryRows);

    /// <summary>Whether there is anything to measure: two classes in the bank, and a labelled query.</summary>
    public bool IsPossible => _labelled.Bank.Classes.Count >= 2 && _labelled.Queries.Rows.Count > 0;

    /// <summary>Labelled queries.</summary>
    public int Queries => _labelled.Queries.Rows.Count;

    /// <summary>Accuracy of the encoder's embeddings, [0, 1].</summary>
    public double Measure(Encoder encoder) =>
        Accuracy(EncoderRunner.Embed(encoder, tiles, _labelled.Bank.Rows), EncoderRunner.Embed(encoder, tiles, _labelled.Queries.Rows));

    /// <summary>Accuracy of the network with random weights, mean over <paramref name="seeds"/>, [0, 1].</summary>
    public double Untrained(BackboneDescription backbone, params int[] seeds) => seeds.Average(seed =>
    {
        random.manual_seed(seed);
        using var encoder = new Encoder(Backbone.Create(backbone), tiles.Preprocessing);
        return Measure(encoder);
    });

    /// <summary>
    /// Accuracy of the pixels themselves by cosine, each channel with the bank's mean taken off and its standard deviation divided out, [0, 1]. This is
    /// the fair baseline: plain pixels in [0, 1] do some seven points worse on CIFAR-10. Tiles above 32 px are averaged down to it.
    /// </summary>
    public double RawPixels()
    {
        Embeddings bank = Pixels(_labelled.Bank.Rows), queries = Pixels(_labelled.Queries.Rows);
        int plane = bank.Dimensions / 3;
        for (int channel = 0; channel < 3; channel++)
        {
            double sum = 0, squares = 0;
            for (int row = 0; row < bank.Rows; row++)
            {
                ReadOnlySpan<float> values = bank.Row(row).Slice(channel * plane, plane);
                sum += TensorPrimitives.Sum(values);
                squares += TensorPrimitives.SumOfSquares(values);
            }
            double count = (double)bank.Rows * plane, mean = sum / count, std = Math.Sqrt(Math.Max(squares / count - mean * mean, 1e-12));
            foreach (Embeddings set in new[] { bank, queries })
            {
                for (int row = 0; row < set.Rows; row++)
                {
                    Span<float> values = set.Data.AsSpan(row * set.Dimensions + channel * plane, plane);
                    TensorPrimitives.Subtract(values, (float)mean, values);
                    TensorPrimitives.Divide(values, (float)std, values);
                }
            }
        }
        return Accuracy(bank, queries);
    }

    private Embeddings Pixels(IReadOnlyList<int> rows)
    {
        int size = tiles.Preprocessing.Size, factor = (size + LargestPixelSide - 1) / LargestPixelSide, side = size / factor;
        float[] data = new float[rows.Count * 3 * side * side];
        Parallel.For(0, rows.Count, i =>
        {
            ReadOnlySpan<byte> tile = tiles.Tile(rows[i]);
            Span<float> pixels = data.AsSpan(i * 3 * side * side, 3 * side * side);
            for (int channel = 0; channel < 3; channel++)
            {
                for (int y = 0; y < side * factor; y++)
                {
                    for (int x = 0; x < side * factor; x++)
                    {
                        pixels[(channel * side + y / factor) * side + x / factor] += tile[(channel * size + y) * size + x] / (255f * factor * factor);
                    }
                }
            }
        });
        return new Embeddings(data, rows.Count, 3 * side * side);
    }

    private double Accuracy(Embeddings bank, Embeddings queries) =>
        KnnAccuracy.Measure(bank, _labelled.Bank.Labels, queries, _labelled.Queries.Labels, _labelled.Bank.Classes.Count, k, temperature);
}
