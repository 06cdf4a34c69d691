using Perennial.Core.Generations;

namespace Perennial.Inference.Swapping;

/// <summary>The recorded inputs and outputs of a generation, checked against what its manifest says of them.</summary>
/// <param name="Count">P, at least 1.</param>
/// <param name="Images">"image" [P, 3, S, S] in [0, 1].</param>
/// <param name="Embeddings">"embedding" [P, D].</param>
/// <param name="Probabilities">"probabilities" [P, C]; null without a classifier.</param>
internal sealed record Probes(int Count, float[] Images, float[] Embeddings, float[]? Probabilities)
{
    /// <exception cref="AdmissionException">A tensor is missing or has another shape than the manifest implies.</exception>
    /// <exception cref="SafetensorsException">The file is not valid.</exception>
    public static Probes Read(GenerationFolder folder)
    {
        GenerationManifest manifest = folder.Manifest;
        SafetensorsFile file = Safetensors.Read(folder.File(GenerationFiles.Probes));
        int size = manifest.Preprocessing.Size;
        long count = file["image"].Shape is [var p, ..] ? p : 0;
        if (count is < 1 or > 10_000)
            throw new AdmissionException($"{GenerationFiles.Probes} holds {count} probes; at least one is needed.");
        return new Probes((int)count,
            Values(file, "image", [count, 3, size, size]),
            Values(file, "embedding", [count, manifest.Dimensions]),
            manifest.Labels.Count == 0 ? null : Values(file, "probabilities", [count, manifest.Labels.Count]));
    }

    private static float[] Values(SafetensorsFile file, string name, long[] shape)
    {
        SafeTensor tensor = file[name];
        if (tensor.DType != "F32" || !tensor.Shape.AsSpan().SequenceEqual(shape))
            throw new AdmissionException($"'{name}' in {GenerationFiles.Probes} is {tensor.DType} [{string.Join(", ", tensor.Shape)}]; the manifest implies F32 [{string.Join(", ", shape)}].");
        float[] values = tensor.Floats.ToArray();
        int odd = Array.FindIndex(values, value => !float.IsFinite(value));
        return odd < 0 ? values : throw new AdmissionException($"'{name}' in {GenerationFiles.Probes} holds {values[odd]} at position {odd}.");
    }
}
