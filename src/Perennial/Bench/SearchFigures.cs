namespace Perennial.Bench;

/// <summary>What <see cref="SearchBench"/> measured; times in milliseconds, medians.</summary>
/// <param name="AddedPerSecond">Vectors made durable, batch after batch.</param>
/// <param name="Open">From the closed index to one that answers.</param>
/// <param name="FirstSearch">The first search after it.</param>
/// <param name="Exact">A query over the float32 vectors.</param>
/// <param name="Int8">A query over the codes, with the float32 vectors of those that could be among the best.</param>
/// <param name="Recall">Share of the exact hits that the codes led to.</param>
/// <param name="Faiss">A query in FAISS; null without.</param>
/// <param name="FaissVersion">Its version.</param>
/// <param name="FaissAgreement">Share of FAISS's hits that the exact scan has.</param>
internal sealed record SearchFigures(
    double AddedPerSecond, double Open, double FirstSearch, double Exact, double Int8, double Recall, double? Faiss, string? FaissVersion, double? FaissAgreement)
{
    public double? ExactOverFaiss => Exact / Faiss;

    public double? Int8OverFaiss => Int8 / Faiss;
}
