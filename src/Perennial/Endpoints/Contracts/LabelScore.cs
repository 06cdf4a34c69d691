namespace Perennial.Endpoints.Contracts;

/// <summary>A label and its probability.</summary>
/// <param name="Label">One of the classifier's classes.</param>
/// <param name="Score">Probability, [0, 1]; those of all classes sum to 1.</param>
public sealed record LabelScore(string Label, float Score);
