namespace Perennial.Endpoints.OpenInference;

/// <summary>What the server is.</summary>
public sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);
