namespace Perennial.Learning.Pretraining;

/// <summary>A run that cannot start or go on: too few images, a collapse, a loss that is not a number. The message says what was seen and what to change.</summary>
public sealed class TrainingException(string message) : Exception(message);
