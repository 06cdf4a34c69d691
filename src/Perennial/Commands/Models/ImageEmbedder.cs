using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;

namespace Perennial.Commands.Models;

/// <summary>An admitted generation that turns encoded images into embeddings, as the service does: the same decoder, the same engine.</summary>
internal sealed class ImageEmbedder : IDisposable
{
    private const int BatchImages = 32;
    private static readonly ImageLimits Limits = new();
    private readonly AdmittedGeneration _generation;

    private ImageEmbedder(AdmittedGeneration generation) => _generation = generation;

    public GenerationManifest Manifest => _generation.Manifest;

    /// <exception cref="AdmissionException">The generation may not be used.</exception>
    public static ImageEmbedder Load(GenerationFolder folder, CancellationToken cancellationToken)
        => new(Admission.Admit(folder, new EngineOptions { MaxBatch = BatchImages }, cancellationToken));

    /// <summary>Embeds one image.</summary>
    /// <exception cref="InvalidImageException">The bytes are not an image that can be used.</exception>
    public float[] Embed(byte[] image)
    {
        var input = new float[Manifest.Preprocessing.TileBytes];
        Decode(image, input);
        var output = new float[Manifest.Dimensions];
        _generation.Encoder.Run(input, 1, output);
        return output;
    }

    /// <summary>Embeds a dataset in its order, decoding on all cores; images that cannot be used have a reason instead of a vector.</summary>
    public IEnumerable<(DatasetImage Image, float[]? Vector, string? Reason)> Embed(IEnumerable<DatasetImage> images, CancellationToken cancellationToken)
    {
        foreach (DatasetImage[] batch in images.Chunk(BatchImages))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach ((DatasetImage, float[]?, string?) embedded in EmbedBatch(batch, cancellationToken))
            {
                yield return embedded;
            }
        }
    }

    public void Dispose() => _generation.Dispose();

    private IEnumerable<(DatasetImage Image, float[]? Vector, string? Reason)> EmbedBatch(DatasetImage[] batch, CancellationToken cancellationToken)
    {
        int item = Manifest.Preprocessing.TileBytes;
        var decoded = new float[batch.Length * item]; // [n, 3, S, S]
        var reasons = new string?[batch.Length];
        Parallel.For(0, batch.Length, new ParallelOptions { CancellationToken = cancellationToken }, index =>
        {
            try
            {
                Decode(batch[index].Bytes, decoded.AsSpan(index * item, item));
            }
            catch (InvalidImageException exception)
            {
                reasons[index] = exception.Message;
            }
        });
        var vectors = new float[batch.Length * Manifest.Dimensions]; // [n, D]
        _generation.Encoder.Run(decoded, batch.Length, vectors);
        return batch.Select((image, index) => (image, reasons[index] is null ? vectors[(index * Manifest.Dimensions)..((index + 1) * Manifest.Dimensions)] : null, reasons[index]));
    }

    private void Decode(byte[] image, Span<float> input)
    {
        var tile = new byte[Manifest.Preprocessing.TileBytes];
        ImageDecoder.DecodeTile(image, Manifest.Preprocessing, Limits, tile);
        TileConversion.ToFloat(tile, input);
    }
}
