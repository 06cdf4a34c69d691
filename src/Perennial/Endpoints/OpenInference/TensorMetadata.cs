namespace Perennial.Endpoints.OpenInference;

/// <summary>A tensor's name, its type in the protocol's words, and its shape with -1 for the number of images.</summary>
public sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);
