namespace Perennial.Background;

/// <summary>Turns what a learner says into states, progress and notes of its run.</summary>
internal sealed class LearnerHearing(RunRecord run, RunLog log, TimeProvider time, Action<LearnerEvent> failed)
{
    private readonly ProgressPace _pace = new(time);
    private RunState _state = run.State;

    /// <summary>Whether the learner has come to writing the generation.</summary>
    public bool IsExporting => _state == RunState.Exporting;

    public void Hear(LearnerEvent happened)
    {
        switch (happened)
        {
            case { Type: "state", State: { } state } when state > _state && state < RunState.Indexing:
                if (log.MoveTo(run, state)) _state = state;
                break;
            case { Type: "progress", Progress: { } progress }:
                Measure(progress);
                if (_pace.IsDue()) log.Progress(run, progress);
                break;
            case { Type: "note", Message: { } message }:
                log.Note(run.Id, message);
                break;
            case { Type: "failed" }:
                failed(happened);
                break;
        }
    }

    private static void Measure(RunProgress progress)
    {
        if (progress.Loss is { } loss) RunMetrics.TrainingLoss.Set(loss);
        if (progress.ImagesPerSecond is { } speed) RunMetrics.TrainingImagesPerSecond.Set(speed);
        if (progress is { Epoch: { } epoch, Step: { } step, Steps: { } steps, Epochs: { } epochs } && steps > 0)
            RunMetrics.TrainingEpoch.Set(Math.Max(epoch - 1, (double)step * epochs / steps));
    }
}
