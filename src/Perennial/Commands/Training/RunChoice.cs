namespace Perennial.Commands.Training;

/// <summary>Where a pretraining run lives, and whether it is new.</summary>
/// <param name="Output">Its folder.</param>
/// <param name="Resume">An interrupted run goes on.</param>
/// <param name="Extend">A finished run gets so many steps more; 0 for none.</param>
/// <param name="Init">Weights to begin with; null for random ones.</param>
internal sealed record RunChoice(string Output, bool Resume, long Extend, string? Init)
{
    /// <summary>Whether it goes on from a checkpoint.</summary>
    public bool Continues => Resume || Extend > 0;

    /// <exception cref="UsageException">The choices contradict each other or what is there.</exception>
    public void Check()
    {
        if (Extend < 0) throw new UsageException($"--extend {Extend} is below 1.");
        if (Continues && Init is not null) throw new UsageException("--init begins a run, --resume and --extend go on with one: give one of them.");
        if (Init is not null && !File.Exists(Init)) throw new UsageException($"There is no file {Init} to start from.");
        bool holds = Directory.Exists(Path.Combine(Output, "checkpoints"));
        if (holds && !Continues) throw new UsageException($"{Output} holds a run already: --resume goes on with it, --extend makes it longer, another --output starts a new one.");
        if (!holds && Extend > 0) throw new UsageException($"{Output} holds no finished run that could be extended.");
    }
}
