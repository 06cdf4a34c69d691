namespace Perennial.Learner;

/// <summary>Passes on what quantising finds on its way.</summary>
internal sealed class QuantizingReport(LearnerVoice voice) : IProgress<string>
{
    public void Report(string value) => voice.Progress(LearnContext.Evaluated, value);
}
