namespace Perennial.Learning.Finetuning;

/// <summary>Labels that no classifier can be trained on; the message says what to do.</summary>
public sealed class ClassifierException(string message) : Exception(message);
