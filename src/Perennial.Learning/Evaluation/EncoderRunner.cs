using Perennial.Core.Corpus;
using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using static TorchSharp.torch;

namespace Perennial.Learning.Evaluation;

/// <summary>Embeds tiles with an encoder: float32, no gradient, every norm layer in evaluation mode while it runs.</summary>
public static class EncoderRunner
{
    private const int BatchSize = 256;

    /// <summary>[rows, D], unit rows, in the order of <paramref name="rows"/>.</summary>
    /// <param name="encoder">Left in the mode that it came in.</param>
    /// <param name="tiles">Decoded with the encoder's preprocessing.</param>
    /// <param name="rows">Rows of <paramref name="tiles"/>.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static Embeddings Embed(Encoder encoder, TileSet tiles, IReadOnlyList<int> rows, CancellationToken cancellationToken = default) =>
        Embed(encoder, tiles, rows, images => images.to(float32).div_(255), cancellationToken);

    /// <summary>As above, with a change of the images [N, 3, S, S] uint8 into what the encoder sees, [N, 3, S, S] in [0, 1].</summary>
    internal static Embeddings Embed(Encoder encoder, TileSet tiles, IReadOnlyList<int> rows, Func<Tensor, Tensor> change, CancellationToken cancellationToken)
    {
        bool training = encoder.training;
        encoder.eval();
        try
        {
            using var noGradient = no_grad();
            float[] data = new float[rows.Count * encoder.Dimensions];
            for (int first = 0; first < rows.Count; first += BatchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                int[] batch = [.. rows.Skip(first).Take(BatchSize)];
                Tensor embedding = encoder.call(ChannelsLast.Of(change(TileBatch.Of(tiles, batch)))); // [N, D]
                embedding.ToSingles().CopyTo(data, first * encoder.Dimensions);
            }
            return new Embeddings(data, rows.Count, encoder.Dimensions);
        }
        finally
        {
            if (training) encoder.train();
        }
    }
}
