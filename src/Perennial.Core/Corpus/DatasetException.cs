namespace Perennial.Core.Corpus;

/// <summary>A dataset that cannot be read: missing, empty, damaged, or of an unknown kind. The message says which.</summary>
public sealed class DatasetException : Exception
{
    internal DatasetException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
