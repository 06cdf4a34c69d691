namespace Perennial.Core.Generations;

/// <summary>A file that is not valid safetensors; the message says where.</summary>
public sealed class SafetensorsException(string message, Exception? inner = null) : Exception(message, inner);
