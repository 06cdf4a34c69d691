namespace Perennial.Core.Generations;

/// <summary>Which generation answers.</summary>
/// <param name="Generation">Number of the serving generation.</param>
/// <param name="Previous">The one that a rollback goes back to; null after the first promotion.</param>
/// <param name="At">When it was promoted.</param>
public sealed record Promotion(int Generation, int? Previous, DateTimeOffset At);
