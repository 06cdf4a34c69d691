namespace Perennial.Background;

/// <summary>What the loop writes to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Generation {Generation} serves ({Digest}) on {Engine}, {Precision}, {Device}.")]
    public static partial void Serves(ILogger logger, int generation, string digest, string engine, string precision, string device);

    [LoggerMessage(101, LogLevel.Warning, "No generation serves: /embed, /classify and /search answer 503 until one is promoted.")]
    public static partial void NothingServes(ILogger logger);

    [LoggerMessage(102, LogLevel.Critical, "GENERATION {Generation} WAS PROMOTED BUT MAY NOT SERVE: {Reason} Falling back to {Fallback}.")]
    public static partial void FallsBack(ILogger logger, int generation, string reason, string fallback);

    [LoggerMessage(103, LogLevel.Warning, "The retained generation {Generation} cannot be kept ready for rollback: {Reason}")]
    public static partial void NotRetained(ILogger logger, int generation, string reason);

    [LoggerMessage(104, LogLevel.Warning, "The starter generation in {Folder} cannot be used: {Reason}")]
    public static partial void StarterUnusable(ILogger logger, string folder, string reason);

    [LoggerMessage(105, LogLevel.Information, "The starter generation in {Folder} was imported as generation {Generation}.")]
    public static partial void StarterImported(ILogger logger, string folder, int generation);

    [LoggerMessage(106, LogLevel.Warning, "The engine {Engine} does not run generation {Generation} with {Precision}, and the next one is taken: {Reason}")]
    public static partial void EngineFailed(ILogger logger, string engine, int generation, string precision, string reason);

    [LoggerMessage(107, LogLevel.Debug, "The engine {Engine} is not tried with generation {Generation}: {Reason}.")]
    public static partial void EngineAbsent(ILogger logger, string engine, int generation, string reason);

    [LoggerMessage(110, LogLevel.Warning, "The vector collection of {Digest} cannot be used and is built anew: {Reason}")]
    public static partial void CollectionRebuilt(ILogger logger, string digest, string reason);

    [LoggerMessage(111, LogLevel.Warning, "Image {Id} is left out of the index: {Reason}")]
    public static partial void ImageLeftOut(ILogger logger, string id, string reason);

    [LoggerMessage(112, LogLevel.Error, "Following the corpus failed for {Digest}; next try in {Seconds} s.")]
    public static partial void FollowerFault(ILogger logger, string digest, double seconds, Exception fault);

    [LoggerMessage(113, LogLevel.Error, "Closing the vector collection of {Digest} failed.")]
    public static partial void ClosingFault(ILogger logger, string digest, Exception fault);

    [LoggerMessage(114, LogLevel.Information, "The vector collection of {Digest} belongs to no generation that is kept ready, and is removed.")]
    public static partial void CollectionRemoved(ILogger logger, string digest);

    [LoggerMessage(120, LogLevel.Information, "Run {Run} ({Kind}) is now {State}.")]
    public static partial void RunMoved(ILogger logger, string run, RunKind kind, RunState state);

    [LoggerMessage(121, LogLevel.Information, "Run {Run} ({Kind}) was interrupted while {State} and goes on.")]
    public static partial void RunResumes(ILogger logger, string run, RunKind kind, RunState state);

    [LoggerMessage(122, LogLevel.Error, "Run {Run} failed.")]
    public static partial void RunFault(ILogger logger, string run, Exception fault);

    [LoggerMessage(123, LogLevel.Warning, "The learner of run {Run} ended unexpectedly ({Reason}); it is started again and goes on from its last checkpoint, attempt {Attempt}.")]
    public static partial void LearnerRestarts(ILogger logger, string run, string reason, int attempt);

    [LoggerMessage(124, LogLevel.Information, "Learner {Process} works on run {Run}.")]
    public static partial void LearnerStarted(ILogger logger, int process, string run);
}
