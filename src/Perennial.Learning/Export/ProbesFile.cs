using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Export;

/// <summary>
/// <c>probes.safetensors</c>: "image" [P, 3, S, S] in [0, 1], "embedding" [P, D] and, with a classifier, "probabilities" [P, C], all F32 and all as torch
/// computes them in evaluation mode. Admission replays the images and refuses an engine that answers otherwise.
/// </summary>
internal static class ProbesFile
{
    private const string Image = "image", Embedding = "embedding", Probabilities = "probabilities";
    private const int MostCandidates = 200;

    /// <summary>Records new probes.</summary>
    /// <exception cref="ExportException">The encoder answers nearly every image with zeros or NaN: it is dead.</exception>
    public static void Record(string path, Encoder encoder, ClassifierHead? classifier, TileSet? tiles, IReadOnlyList<int>? rows)
    {
        using var scope = NewDisposeScope();
        int size = encoder.Preprocessing.Size;
        List<float[]> images = [];
        List<float[]> embeddings = [];
        foreach (float[] image in ProbeImages.Candidates(size, tiles, rows).Take(MostCandidates))
        {
            float[] embedding = Embed(encoder, image);
            // Without a direction there is no cosine to compare: such an image proves nothing.
            if (Math.Abs(embedding.Sum(value => (double)value * value) - 1) > 1e-3) continue;
            images.Add(image);
            embeddings.Add(embedding);
            if (images.Count == ProbeImages.Count) break;
        }

        if (images.Count < ProbeImages.Count)
            throw new ExportException($"The encoder has no answer for {MostCandidates - images.Count} of {MostCandidates} images: it is dead. Train again with a lower learning rate.");
        Write(path, [.. images.SelectMany(values => values)], [images.Count, 3, size, size], [.. embeddings.SelectMany(values => values)], encoder.Dimensions, classifier);
    }

    /// <summary>Takes over a generation's images and embeddings and records what another classifier makes of them.</summary>
    /// <exception cref="GenerationException">The generation's probes do not fit its manifest.</exception>
    public static void Extend(string path, GenerationFolder generation, ClassifierHead? classifier)
    {
        SafetensorsFile file = Safetensors.Read(generation.File(GenerationFiles.Probes));
        (SafeTensor image, SafeTensor embedding) = (file[Image], file[Embedding]);
        int dimensions = generation.Manifest.Dimensions;
        if (image.Shape.Length != 4 || !embedding.Shape.AsSpan().SequenceEqual([image.Shape[0], dimensions]))
            throw new GenerationException($"The probes of generation {generation.Number} do not have {dimensions} dimensions.");
        Write(path, image.Floats.ToArray(), image.Shape, embedding.Floats.ToArray(), dimensions, classifier);
    }

    /// <summary>The inputs, P x [3, S, S].</summary>
    public static float[] Images(string path) => Safetensors.Read(path)[Image].Floats.ToArray();

    private static void Write(string path, float[] images, long[] shape, float[] embeddings, int dimensions, ClassifierHead? classifier)
    {
        List<SafeTensor> tensors = [SafeTensor.F32(Image, shape, images), SafeTensor.F32(Embedding, [shape[0], dimensions], embeddings)];
        if (classifier is not null)
        {
            using var scope = NewDisposeScope();
            Tensor probabilities = classifier.Probabilities(tensor(embeddings, [shape[0], dimensions])); // [P, C]
            tensors.Add(SafeTensor.F32(Probabilities, probabilities.shape, probabilities.ToSingles()));
        }

        Safetensors.Write(path, tensors);
    }

    private static float[] Embed(Encoder encoder, float[] image)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        int size = encoder.Preprocessing.Size;
        return encoder.call(tensor(image, [1, 3, size, size], device: encoder.Backbone.Device)).ToSingles();
    }
}
