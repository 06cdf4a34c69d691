namespace Perennial.Core.Search;

/// <summary>When a segment is worth rewriting, and how.</summary>
internal static class Compaction
{
    private const int SmallestWorthwhile = 1024;
    private const int PointsPerFrame = 1024;

    /// <summary>More than half of the rows are dead, or payload changes have made the journal several times longer than its points need.</summary>
    public static bool IsDue(Segment segment) =>
        segment.Rows.Count + segment.DeadRows >= SmallestWorthwhile && segment.DeadRows > segment.Rows.Count
        || segment.Records >= SmallestWorthwhile && segment.Records > 4L * segment.Rows.Count + SmallestWorthwhile;

    /// <summary>Writes the live points to a new segment aside and publishes it. Searches go on in the old one; writers are kept out by the caller.</summary>
    public static Segment Rewrite(Segment source, CollectionHeader header, bool withCodes)
    {
        Segment target = Segment.Begin(source.Files.Next, header, withCodes);
        try
        {
            foreach (KeyValuePair<ReadOnlyMemory<byte>, int>[] chunk in source.Rows.ByRow.Chunk(PointsPerFrame))
            {
                JournalRecord[] records = [.. chunk.Select(point => source.Record(point.Value))];
                target.Apply(target.Store(records, [.. chunk.Select(point => (ReadOnlyMemory<float>)source.Vector(point.Value).ToArray())], durable: false));
            }
            target.Publish();
            return target;
        }
        catch
        {
            target.Release();
            target.Files.Delete();
            throw;
        }
    }
}
