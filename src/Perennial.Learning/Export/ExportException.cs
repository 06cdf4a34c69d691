namespace Perennial.Learning.Export;

/// <summary>A model that cannot be exported, or a file of a generation that does not fit the model; the message says which part.</summary>
public sealed class ExportException : Exception
{
    /// <summary>Creates the exception with a sentence for a person.</summary>
    public ExportException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a sentence for a person and its cause.</summary>
    public ExportException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
