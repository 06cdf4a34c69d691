namespace Perennial.Core.Search;

/// <summary>The vectors are kept elsewhere, and it cannot be asked now. Nothing is lost: changes wait, and searches may be tried again later.</summary>
/// <param name="message">One sentence for whoever searches: nothing internal, no address, no key.</param>
/// <param name="reason">For the log: what was seen, one line, without the key.</param>
/// <param name="inner">What led to it.</param>
public sealed class VectorIndexUnavailableException(string message, string reason, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
