using Perennial.Learning.Pretraining;

namespace Perennial.Learner;

/// <summary>Passes on what the trainer says, as a share of the whole run.</summary>
internal sealed class TrainingReport(LearnerVoice voice) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) =>
        voice.Progress(LearnContext.Decoded + ((LearnContext.Trained - LearnContext.Decoded) * value.Step / Math.Max(1, value.Steps)), value);
}
