namespace Perennial.Core.Generations;

/// <summary>What a generation was trained on.</summary>
/// <param name="SnapshotId">SHA-256 of the sorted image ids.</param>
/// <param name="Images">All images of the snapshot.</param>
/// <param name="Train">Images of the training split.</param>
/// <param name="Test">Images of the held-out split.</param>
/// <param name="Labelled">Images of either split that had a label.</param>
public sealed record CorpusSummary(string SnapshotId, int Images, int Train, int Test, int Labelled);
