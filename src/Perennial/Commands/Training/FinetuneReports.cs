using System.Globalization;
using Perennial.Commands.Terminals;
using Perennial.Learning.Finetuning;

namespace Perennial.Commands.Training;

/// <summary>Passes a finetuning's progress on to a step, on the thread that trains.</summary>
internal sealed class FinetuneReports(IStep step) : IProgress<FinetuneProgress>
{
    public void Report(FinetuneProgress value) => step.At(value.Epoch, string.Create(CultureInfo.InvariantCulture,
        $"{(value.EncoderTrains ? "all layers" : "classifier alone")}, loss {value.Loss:F3}, validation loss {value.ValidationLoss:F3}, {100 * value.ValidationAccuracy:F1} % right"));
}
