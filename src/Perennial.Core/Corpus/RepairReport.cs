namespace Perennial.Core.Corpus;

/// <summary>What opening a data directory had to put right after a crash.</summary>
/// <param name="AsideFiles">Half-written files removed; none of them had been acknowledged.</param>
/// <param name="Orphans">Originals without a row removed; none of them had been acknowledged, or their deletion had.</param>
/// <param name="Lost">Rows removed because their original is gone from the disk.</param>
public sealed record RepairReport(int AsideFiles, int Orphans, int Lost)
{
    /// <summary>Nothing had to be done.</summary>
    public static RepairReport Clean { get; } = new(0, 0, 0);
}
