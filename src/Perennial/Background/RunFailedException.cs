namespace Perennial.Background;

/// <summary>A run that cannot go on.</summary>
/// <param name="sentence">What the operator is told: one sentence, nothing internal but the path of a log.</param>
internal sealed class RunFailedException(string sentence) : Exception(sentence);
