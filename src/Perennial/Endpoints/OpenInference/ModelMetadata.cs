namespace Perennial.Endpoints.OpenInference;

/// <summary>What a model takes and gives.</summary>
/// <param name="Name">"encoder" or "classifier".</param>
/// <param name="Versions">The number of the serving generation: there is one version at a time.</param>
/// <param name="Platform">"onnx_onnxv1".</param>
/// <param name="Inputs">The usual form of the input.</param>
/// <param name="Outputs">All outputs.</param>
/// <param name="Properties">The other forms of the input, and the digest of the embedding space.</param>
public sealed record ModelMetadata(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs, IReadOnlyDictionary<string, string> Properties);
