namespace Perennial.Endpoints.Contracts;

/// <summary>The generations of the data directory, in their order.</summary>
/// <param name="Serving">Number of the one that answers; null when none does.</param>
/// <param name="Retained">Number of the one that a rollback brings back at once; null when there is none.</param>
/// <param name="Generations">All of them; damaged ones are left out.</param>
public sealed record GenerationsResponse(int? Serving, int? Retained, IReadOnlyList<GenerationResponse> Generations);
