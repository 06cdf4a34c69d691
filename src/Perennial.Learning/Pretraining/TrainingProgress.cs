namespace Perennial.Learning.Pretraining;

/// <summary>Where a run is. Steps and epochs count from 0 at the start to their totals at the end.</summary>
/// <param name="Epoch">Whole epochs done.</param>
/// <param name="Epochs">Of so many.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Of so many.</param>
/// <param name="Loss">Mean since the epoch began.</param>
/// <param name="LearningRate">Of the latest step.</param>
/// <param name="ImagesPerSecond">Training images (not views) a second, since this process began the run.</param>
/// <param name="Remaining">At that speed.</param>
/// <param name="Knn">Newest kNN accuracy, [0, 1]; null without labels.</param>
/// <param name="ProjectionStd">Spread of the unit projections times √d: about 1 when healthy, 0 when collapsed; null before the first epoch's end.</param>
/// <param name="RankMe">Effective rank of the projections, likewise.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, long Step, long Steps, double Loss, double LearningRate, double ImagesPerSecond, TimeSpan Remaining,
    double? Knn, double? ProjectionStd, double? RankMe);
