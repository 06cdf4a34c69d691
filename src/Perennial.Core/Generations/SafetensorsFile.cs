namespace Perennial.Core.Generations;

/// <summary>A safetensors file in memory.</summary>
/// <param name="Tensors">In the order of their bytes.</param>
/// <param name="Metadata">The <c>__metadata__</c> entry; empty when absent.</param>
public sealed record SafetensorsFile(IReadOnlyList<SafeTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>A tensor by name.</summary>
    /// <exception cref="SafetensorsException">There is none.</exception>
    public SafeTensor this[string name] => Find(name) ?? throw new SafetensorsException($"The file has no tensor '{name}'.");

    /// <summary>A tensor by name, or null.</summary>
    public SafeTensor? Find(string name) => Tensors.FirstOrDefault(tensor => tensor.Name == name);
}
