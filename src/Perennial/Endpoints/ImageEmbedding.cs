using System.Buffers;
using System.Diagnostics;
using Perennial.Background;
using Perennial.Core.Images;
using Perennial.Endpoints.Contracts;
using Perennial.Hosting;
using Perennial.Inference.Batching;
using Perennial.Telemetry;

namespace Perennial.Endpoints;

/// <summary>Image bytes to embeddings: places in the queue first (or 429), then decoding, then the encoder.</summary>
internal sealed class ImageEmbedding(PerennialOptions options, Gates gates)
{
    /// <returns>One an image, in their order.</returns>
    /// <exception cref="OverloadedException">The queue has no room; nothing was done.</exception>
    public async Task<EmbeddedImage[]> EmbedAsync(ServingPair pair, IReadOnlyList<ImageData> images, RequestTiming timing, CancellationToken cancellationToken)
    {
        using Permit permit = pair.Embedder.Reserve(RequestClass.Interactive, images.Count);
        long started = Stopwatch.GetTimestamp();
        long[] decoded = new long[images.Count];
        Task<EmbeddedImage> One(int index) => EmbedAsync(pair, images[index], permit, stamp => decoded[index] = stamp, cancellationToken);
        EmbeddedImage[] embedded = images.Count == 1
            ? [await One(0)]
            : await Task.WhenAll(Enumerable.Range(0, images.Count).Select(index => Task.Run(() => One(index), CancellationToken.None)));
        long lastDecoded = Math.Max(started, decoded.Max());
        timing.Add(Stage.Decode, started, Stopwatch.GetElapsedTime(started, lastDecoded));
        timing.AddEmbedding(lastDecoded, permit);
        return embedded;
    }

    /// <summary>As <see cref="EmbedAsync(ServingPair, IReadOnlyList{ImageData}, RequestTiming, CancellationToken)"/>, of images that are pixels already.</summary>
    /// <param name="pair">Who embeds.</param>
    /// <param name="pixels">[N, 3, S, S] in [0, 1].</param>
    /// <param name="count">N.</param>
    /// <param name="timing">Told how long it took.</param>
    /// <param name="cancellationToken">The caller left.</param>
    /// <exception cref="OverloadedException">The queue has no room; nothing was done.</exception>
    public async Task<EmbeddedImage[]> EmbedPixelsAsync(ServingPair pair, float[] pixels, int count, RequestTiming timing, CancellationToken cancellationToken)
    {
        using Permit permit = pair.Embedder.Reserve(RequestClass.Interactive, count);
        long started = Stopwatch.GetTimestamp();
        int length = pixels.Length / count;
        float[][] vectors = await Task.WhenAll(Enumerable.Range(0, count).Select(index => pair.Embedder.EmbedAsync(pixels.AsMemory(index * length, length), permit, cancellationToken).AsTask()));
        timing.AddEmbedding(started, permit);
        return [.. vectors.Select(vector => new EmbeddedImage(vector, null))];
    }

    private async Task<EmbeddedImage> EmbedAsync(ServingPair pair, ImageData image, Permit permit, Action<long> decoded, CancellationToken cancellationToken)
    {
        if (image.Error is not null) return new EmbeddedImage(null, image.Error);
        int length = pair.Manifest.Preprocessing.TileBytes; // 3 * S * S
        float[] input = ArrayPool<float>.Shared.Rent(length);
        try
        {
            using (await gates.Decoding.EnterAsync(cancellationToken)) Decode(image.Bytes, pair.Manifest.Preprocessing, input.AsSpan(0, length));
            decoded(Stopwatch.GetTimestamp());
            ReadOnlyMemory<float> pixels = input.AsMemory(0, length);
            return new EmbeddedImage(await (permit.Images == 1 ? pair.Embedder.EmbedHereAsync(pixels, permit, cancellationToken) : pair.Embedder.EmbedAsync(pixels, permit, cancellationToken)), null);
        }
        catch (InvalidImageException exception)
        {
            return new EmbeddedImage(null, new ItemError(exception.Code, exception.Message));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(input);
        }
    }

    private void Decode(ReadOnlyMemory<byte> bytes, Preprocessing preprocessing, Span<float> input)
    {
        byte[] tile = ArrayPool<byte>.Shared.Rent(input.Length);
        try
        {
            ImageDecoder.DecodeTile(bytes, preprocessing, options.Images, tile.AsSpan(0, input.Length)); // [3, S, S]
            TileConversion.ToFloat(tile.AsSpan(0, input.Length), input);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(tile);
        }
    }
}
