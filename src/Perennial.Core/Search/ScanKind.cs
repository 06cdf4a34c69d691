namespace Perennial.Core.Search;

/// <summary>Which rows a search reads; the answer is the same.</summary>
internal enum ScanKind
{
    /// <summary>Codes where the collection is large and has them.</summary>
    Auto,

    /// <summary>The float32 vectors alone.</summary>
    Exact,
}
