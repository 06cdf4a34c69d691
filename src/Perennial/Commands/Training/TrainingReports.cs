using System.Globalization;
using Perennial.Commands.Terminals;
using Perennial.Learning.Pretraining;

namespace Perennial.Commands.Training;

/// <summary>Passes a training's progress on to a step, on the thread that trains.</summary>
/// <param name="batchSize">Images a step of the training.</param>
/// <param name="step">Counts images.</param>
internal sealed class TrainingReports(int batchSize, IStep step) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        string detail = string.Create(CultureInfo.InvariantCulture, $"epoch {value.Epoch} of {value.Epochs}, loss {value.Loss:F3}, rate {value.LearningRate:G2}");
        string knn = value.Knn is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $", kNN {100 * accuracy:F1} %") : "";
        step.Of(value.Steps * batchSize);
        step.At(value.Step * batchSize, detail + knn);
    }
}
