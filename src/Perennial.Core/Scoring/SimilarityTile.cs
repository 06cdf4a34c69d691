namespace Perennial.Core.Scoring;

/// <summary>Cosines of some queries with some consecutive bank rows.</summary>
internal readonly ref struct SimilarityTile(ReadOnlySpan<double> values, int stride)
{
    private readonly ReadOnlySpan<double> _values = values;

    public required int FirstQuery { get; init; }

    public required int Queries { get; init; }

    public required int FirstBank { get; init; }

    public required int BankRows { get; init; }

    /// <summary>Cosines of query FirstQuery + <paramref name="query"/>: [BankRows].</summary>
    public ReadOnlySpan<double> Row(int query) => _values.Slice(query * stride, BankRows);
}
