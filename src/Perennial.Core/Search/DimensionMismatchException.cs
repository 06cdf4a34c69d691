namespace Perennial.Core.Search;

/// <summary>A vector, or the caller, expects another length than the collection has.</summary>
public sealed class DimensionMismatchException(string message, int expected, int actual) : Exception(message)
{
    /// <summary>Length of the collection's vectors.</summary>
    public int Expected { get; } = expected;

    /// <summary>Length that was given.</summary>
    public int Actual { get; } = actual;
}
