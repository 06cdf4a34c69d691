namespace Perennial.Endpoints.OpenInference;

/// <summary>Whether a model answers.</summary>
public sealed record ModelReady(string Name, bool Ready);
