namespace Perennial.Core.Generations;

/// <summary>How far an engine's output on the probes may lie from torch's before admission refuses it.</summary>
/// <param name="MinCosine">Smallest allowed cosine between a recorded and a replayed embedding, (0, 1].</param>
/// <param name="MaxDifference">Largest allowed absolute difference of one component (embedding or probability), above 0.</param>
public sealed record ProbeTolerance(double MinCosine, double MaxDifference);
