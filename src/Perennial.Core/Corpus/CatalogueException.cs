namespace Perennial.Core.Corpus;

/// <summary>A data directory that cannot be opened as it is. The message says what to do.</summary>
public sealed class CatalogueException : Exception
{
    internal CatalogueException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
