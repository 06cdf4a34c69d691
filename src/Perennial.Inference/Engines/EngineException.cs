namespace Perennial.Inference.Engines;

/// <summary>A model that an engine cannot load, or a batch that it could not run; the message says which and why.</summary>
public sealed class EngineException(string message, Exception? inner = null) : Exception(message, inner);
