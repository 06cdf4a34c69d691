namespace Perennial.Core.Search;

/// <summary>What one search sees, whatever is written meanwhile: the rows below <paramref name="Rows"/> that had not died at <paramref name="Version"/>.</summary>
internal sealed record CollectionView(Segment Segment, RowBlock[] Blocks, int Rows, long Version);
