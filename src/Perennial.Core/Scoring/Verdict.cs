namespace Perennial.Core.Scoring;

/// <summary>Whether a new generation may take over.</summary>
/// <param name="Accepted">True when no rule of the gate speaks against it.</param>
/// <param name="Reasons">One sentence for each rule that was judged, with its figures.</param>
public sealed record Verdict(bool Accepted, IReadOnlyList<string> Reasons);
