namespace Perennial.Core.Generations;

/// <summary>A generation folder that cannot be trusted or written; the message says which one and why.</summary>
public sealed class GenerationException : Exception
{
    public GenerationException(string message) : base(message) { }

    public GenerationException(string message, Exception inner) : base(message, inner) { }
}
