namespace Perennial.Background;

/// <summary>Where the loop finds what came with the program.</summary>
public sealed record BackgroundOptions
{
    /// <summary>The generation that a fresh data directory starts with; none is used where the folder is absent.</summary>
    /// <value>Default: <c>models/starter</c> beside the executable.</value>
    public string StarterFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "models", "starter");

    /// <summary>The program, and its first arguments, that the learner is started with.</summary>
    /// <value>Default: this very program.</value>
    public IReadOnlyList<string> LearnerCommand { get; init; } = LearnerExecutable.Find();
}
