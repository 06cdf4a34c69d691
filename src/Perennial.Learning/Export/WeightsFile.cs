using System.Globalization;
using Perennial.Core.Generations;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Export;

/// <summary>
/// <c>weights.safetensors</c>: a backbone's parameters and running statistics under torchvision's or timm's names (<c>conv1.weight</c>,
/// <c>layer1.0.bn1.running_mean</c>, <c>blocks.0.attn.qkv.weight</c>, ...; no classifier), so that PyTorch reads it by name. Format: github.com/huggingface/safetensors.
/// </summary>
public static class WeightsFile
{
    private const string Counter = "num_batches_tracked";

    /// <summary>Writes parameters and buffers: floats as F32, <c>num_batches_tracked</c> as I64.</summary>
    public static void Write(string path, Backbone backbone)
    {
        BackboneDescription description = backbone.Description;
        Dictionary<string, string> metadata = new()
        {
            ["format"] = "pt", // what Python's loaders look for
            ["backbone"] = description.Name,
            ["width"] = description.Width.ToString(CultureInfo.InvariantCulture),
            ["stem"] = description.Stem,
        };
        if (description is { PatchSize: { } patch, ImageSize: { } size })
        {
            metadata["patch_size"] = patch.ToString(CultureInfo.InvariantCulture);
            metadata["image_size"] = size.ToString(CultureInfo.InvariantCulture);
        }
        Safetensors.Write(path, backbone.state_dict().Select(entry => ToSafeTensor(entry.Key, entry.Value)), metadata);
    }

    /// <summary>Copies a file's tensors into a backbone by name.</summary>
    /// <param name="path">
    /// A file written by <see cref="Write"/>, or by PyTorch from the same architecture. Its classifier is not read; the counters
    /// <c>num_batches_tracked</c>, which no computation here uses, may be missing; a ViT's position embeddings of another image size are interpolated.
    /// </param>
    /// <param name="backbone">Unchanged when an exception is thrown.</param>
    /// <exception cref="GenerationException">A tensor is missing, not known to the backbone, or of another shape or type.</exception>
    /// <exception cref="SafetensorsException">The file is not valid safetensors.</exception>
    public static void ReadInto(string path, Backbone backbone)
    {
        SafetensorsFile file = Safetensors.Read(path);
        Dictionary<string, Tensor> state = backbone.state_dict();
        if (file.Tensors.FirstOrDefault(tensor => !state.ContainsKey(tensor.Name) && !tensor.Name.StartsWith(backbone.ClassifierPrefix, StringComparison.Ordinal)) is { } unknown)
            throw new GenerationException($"{path} holds '{unknown.Name}', which {backbone.Description} does not have.");
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        List<(Tensor Target, Tensor Source)> copies = [];
        foreach ((string name, Tensor target) in state)
        {
            if (file.Find(name) is null && name.EndsWith(Counter, StringComparison.Ordinal)) continue;
            SafeTensor source = file.Find(name) ?? throw new GenerationException($"{path} lacks '{name}' of {backbone.Description}.");
            if (source.DType != DTypeOf(target))
                throw new GenerationException($"'{name}' in {path} is {source.DType}, not {DTypeOf(target)}.");
            Tensor fitting = backbone.Fit(name, ToTensor(source));
            if (!fitting.shape.AsSpan().SequenceEqual(target.shape))
                throw new GenerationException($"'{name}' in {path} has the shape [{string.Join(", ", source.Shape)}]; {backbone.Description} needs [{string.Join(", ", target.shape)}].");
            copies.Add((target, fitting));
        }

        foreach ((Tensor target, Tensor source) in copies) target.copy_(source);
    }

    internal static SafeTensor ToSafeTensor(string name, Tensor value) => DTypeOf(value) == "I64"
        ? SafeTensor.I64(name, value.shape, value.ToIntegers())
        : SafeTensor.F32(name, value.shape, value.ToSingles());

    internal static Tensor ToTensor(SafeTensor source) => source.DType == "I64"
        ? tensor(source.Integers.ToArray(), source.Shape)
        : tensor(source.Floats.ToArray(), source.Shape);

    private static string DTypeOf(Tensor value) => value.dtype == ScalarType.Int64 ? "I64" : "F32";
}
