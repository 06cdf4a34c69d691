using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>The run's curves as event files for TensorBoard; a resumed run adds a file, which TensorBoard joins to the earlier ones by step.</summary>
/// <param name="directory">Created when absent.</param>
internal sealed class TensorBoardLog(string directory)
{
    private readonly SummaryWriter _writer = utils.tensorboard.SummaryWriter(directory);

    /// <summary>What changes from step to step.</summary>
    public void Step(TrainingProgress at)
    {
        Add("train/loss", at.Loss, at);
        Add("train/learning_rate", at.LearningRate, at);
        Add("train/images_per_second", at.ImagesPerSecond, at);
    }

    /// <summary>That, and what is measured once an epoch.</summary>
    /// <param name="at">Where the run is.</param>
    /// <param name="measured">Whether kNN accuracy is of this epoch.</param>
    public void Epoch(TrainingProgress at, bool measured)
    {
        Step(at);
        if (measured) Add("eval/knn_accuracy", at.Knn, at);
        Add("guard/projection_std", at.ProjectionStd, at);
        Add("guard/rankme", at.RankMe, at);
    }

    private void Add(string tag, double? value, TrainingProgress at)
    {
        if (value is { } known) _writer.add_scalar(tag, (float)known, checked((int)at.Step));
    }
}
