using System.Diagnostics;
using System.Numerics.Tensors;
using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Core.Search;
using Perennial.Inference.Batching;

namespace Perennial.Background;

/// <summary>Turns images of the corpus into points of one embedding space, behind the live traffic: every image is <see cref="RequestClass.Bulk"/>.</summary>
/// <param name="corpus">Holds the originals.</param>
/// <param name="enter">A deployment of the space with one use taken; null when there is none left.</param>
/// <param name="log">Told of images that are left out.</param>
internal sealed class CorpusEmbedder(ImageCorpus corpus, Func<Deployment?> enter, ILogger log)
{
    /// <summary>Images decoded and embedded at a time; so long may a part go on after somebody has begun to ask.</summary>
    private const int Part = 32;
    private const int SmallPart = 4;

    private static readonly int DecodeThreads = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Embeds, part by part; where requests are answered by another deployment, in small parts with pauses in between. Images that cannot be read are left out of the result.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or no deployment is left.</exception>
    public async Task<VectorPoint[]> EmbedAsync(IReadOnlyList<ImageRecord> images, CancellationToken cancellationToken)
    {
        Deployment deployment = enter() ?? throw new OperationCanceledException("No deployment of this embedding space is left.");
        try
        {
            List<VectorPoint> points = new(images.Count);
            for (int first = 0, count; first < images.Count; first += count)
            {
                count = Math.Min(deployment.IsInTheWay ? SmallPart : Part, images.Count - first);
                long started = Stopwatch.GetTimestamp();
                points.AddRange(await EmbedPartAsync(deployment, [.. images.Skip(first).Take(count)], cancellationToken));
                await Task.Delay(deployment.PauseAfter(Stopwatch.GetElapsedTime(started)), cancellationToken);
            }
            return [.. points];
        }
        finally
        {
            deployment.Leave();
        }
    }

    // Decodes and embeds at the same time.
    private async Task<IEnumerable<VectorPoint>> EmbedPartAsync(Deployment deployment, ImageRecord[] images, CancellationToken cancellationToken)
    {
        Task<float[]?>[] vectors = new Task<float[]?>[images.Length];
        ParallelOptions decoding = new() { MaxDegreeOfParallelism = DecodeThreads, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, images.Length, decoding, (i, _) =>
        {
            float[]? pixels = Decode(images[i].Id, deployment.Manifest.Preprocessing); // [3, S, S]
            vectors[i] = pixels is null ? Task.FromResult<float[]?>(null) : EmbedOneAsync(deployment.Embedder, pixels, cancellationToken);
            return ValueTask.CompletedTask;
        });
        float[]?[] embedded = await Task.WhenAll(vectors); // each [D]
        return from pair in images.Zip(embedded)
               where pair.Second is not null && IsFinite(pair.First.Id, pair.Second)
               select new VectorPoint(pair.First.Id, pair.Second, pair.First.Label, pair.First.Metadata);
    }

    private static async Task<float[]?> EmbedOneAsync(BatchQueue embedder, float[] pixels, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await embedder.EmbedAsync(pixels, RequestClass.Bulk, cancellationToken);
            }
            catch (OverloadedException overload)
            {
                await Task.Delay(overload.RetryAfter, cancellationToken);
            }
        }
    }

    private float[]? Decode(string id, Preprocessing preprocessing)
    {
        try
        {
            if (corpus.ReadOriginal(id) is not { } bytes) return null; // deleted meanwhile: a later change says so
            byte[] tile = new byte[preprocessing.TileBytes];
            ImageDecoder.DecodeTile(bytes, preprocessing, corpus.Limits, tile);
            float[] pixels = new float[tile.Length];
            TileConversion.ToFloat(tile, pixels);
            return pixels;
        }
        catch (Exception fault) when (fault is InvalidImageException or FileNotFoundException or DirectoryNotFoundException)
        {
            Log.ImageLeftOut(log, id, fault.Message);
            return null;
        }
    }

    private bool IsFinite(string id, float[] vector)
    {
        if (float.IsFinite(TensorPrimitives.Sum<float>(vector))) return true;
        Log.ImageLeftOut(log, id, "its embedding is not finite");
        return false;
    }
}
