namespace Perennial.Endpoints.OpenInference;

/// <summary>A model of the repository.</summary>
/// <param name="Name">"encoder" or "classifier".</param>
/// <param name="Version">The number of the serving generation.</param>
/// <param name="State">"READY" or "UNAVAILABLE".</param>
/// <param name="Reason">Why it is unavailable.</param>
public sealed record RepositoryModel(string Name, string Version, string State, string Reason);
