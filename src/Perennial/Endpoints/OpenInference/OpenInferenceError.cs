namespace Perennial.Endpoints.OpenInference;

/// <summary>A refusal in the protocol's shape.</summary>
/// <param name="Error">What to change.</param>
public sealed record OpenInferenceError(string Error);
