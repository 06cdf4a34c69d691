using Perennial.Background;
using Perennial.Learning.Pretraining;

namespace Perennial.Learner;

/// <summary>Tells the server what goes on: one JSON object a line. Nothing else may be written to the same stream.</summary>
internal sealed class LearnerVoice(TextWriter output, TimeProvider time)
{
    private readonly Lock _gate = new();

    public void State(RunState state) => Say(new LearnerEvent { Type = "state", State = state });

    public void Note(string message) => Say(new LearnerEvent { Type = "note", Message = message });

    public void Generation(int number) => Say(new LearnerEvent { Type = "generation", Generation = number });

    /// <param name="message">One sentence.</param>
    /// <param name="final">Whether the same would happen again.</param>
    public void Failed(string message, bool final) => Say(new LearnerEvent { Type = "failed", Message = message, Final = final });

    /// <param name="share">Of the whole run, [0, 1].</param>
    /// <param name="message">What is being done.</param>
    public void Progress(double share, string message) => Progress(new RunProgress { Progress = share, Message = message, At = time.GetUtcNow() });

    /// <param name="share">Of the whole run, [0, 1].</param>
    /// <param name="training">What the trainer says.</param>
    public void Progress(double share, TrainingProgress training) => Progress(new RunProgress
    {
        Progress = share,
        EtaSeconds = training.Remaining.TotalSeconds,
        Message = $"epoch {Math.Min(training.Epoch + 1, training.Epochs)} of {training.Epochs}",
        Epoch = training.Epoch,
        Epochs = training.Epochs,
        Step = training.Step,
        Steps = training.Steps,
        Loss = Finite(training.Loss),
        LearningRate = training.LearningRate,
        ImagesPerSecond = Finite(training.ImagesPerSecond),
        Knn = training.Knn,
        ProjectionStd = Finite(training.ProjectionStd),
        RankMe = Finite(training.RankMe),
        At = time.GetUtcNow(),
    });

    private void Progress(RunProgress progress) => Say(new LearnerEvent { Type = "progress", Progress = progress });

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null; // JSON has no NaN

    private void Say(LearnerEvent happened)
    {
        string line = (happened with { At = time.GetUtcNow() }).ToLine();
        lock (_gate)
        {
            try
            {
                output.WriteLine(line);
                output.Flush();
            }
            catch (IOException)
            {
                // The server has gone: our standard input says so too, and the checkpoint is what matters now.
            }
        }
    }
}
