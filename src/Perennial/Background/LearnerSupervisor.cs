namespace Perennial.Background;

/// <summary>Keeps a learner at work on a run until the run's generation is written: tells what it says, and starts it again when it dies.</summary>
internal sealed class LearnerSupervisor(LearnerProcess learner, RunLog log, RunFolders folders, TimeProvider time, ILogger<LearnerSupervisor> logger)
{
    /// <param name="run">Not beyond exporting; its request is in place.</param>
    /// <param name="limits">What it may take, and how often it is started again.</param>
    /// <param name="isMade">Whether the run's generation is there.</param>
    /// <param name="stop">Asks the learner to save a checkpoint and leave.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="RunFailedException">The learner says that it cannot be done, or has died too often.</exception>
    public async Task LearnAsync(RunRecord run, LearnerLimits limits, Func<bool> isMade, CancellationToken stop)
    {
        for (int attempt = 1; ; attempt++)
        {
            LearnerEvent? failed = null;
            LearnerHearing hearing = new(run, log, time, fault => failed = fault);
            int code = await learner.RunAsync(run.Id, limits, hearing.Hear, stop);
            RunMetrics.TrainingImagesPerSecond.Set(0);
            bool made = isMade();
            if (made || hearing.IsExporting) RunMetrics.Exports.WithLabels(made ? "written" : "failed").Inc();
            if (made) return;
            stop.ThrowIfCancellationRequested();
            string reason = failed?.Message ?? Died(code, folders.LearnerLog(run.Id));
            if (failed is { Final: true } || attempt > limits.Restarts) throw new RunFailedException(reason);
            Log.LearnerRestarts(logger, run.Id, reason, attempt);
            log.Note(run.Id, $"{reason} It goes on from its last checkpoint.");
            await Task.Delay(TimeSpan.FromSeconds(1), time, stop);
        }
    }

    private static string Died(int code, string path) => code > 128
        ? $"The learner was killed by signal {code - 128}{(code == 128 + 9 ? ", perhaps for lack of memory" : "")}; its log is {path}."
        : $"The learner ended with exit code {code}; its log is {path}.";
}
