namespace Perennial.Learning.Pretraining;

/// <summary>A recipe that cannot be run; the message names the key, the value and what is allowed.</summary>
public sealed class RecipeException(string message) : Exception(message);
