using System.ComponentModel.DataAnnotations;

namespace Perennial.Core.Search;

/// <summary>How the embedded index scans, section <c>Perennial:Index</c>. Either way the answers are the same: codes only pass over rows that cannot be among the best.</summary>
public sealed class EmbeddedIndexOptions
{
    /// <summary>Whether int8 codes are kept beside the vectors: a quarter more disk, a scan that reads a quarter of the memory.</summary>
    /// <value>Default true. False scans float32 alone.</value>
    public bool Int8 { get; set; } = true;

    /// <summary>Rows from which a search uses the codes; a smaller collection is scanned in float32.</summary>
    /// <value>Default 65,536. 0 to 2,147,483,647.</value>
    [Range(0, int.MaxValue)]
    public int Int8FromRows { get; set; } = 1 << 16;
}
