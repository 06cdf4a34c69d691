namespace Perennial.Inference.Swapping;

/// <summary>A generation that must not serve; the message names it, and the file, probe or number that speaks against it.</summary>
public sealed class AdmissionException(string message, Exception? inner = null) : Exception(message, inner);
