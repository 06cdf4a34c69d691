namespace Perennial.Inference.Engines;

/// <summary>Why an engine does not run an encoder.</summary>
/// <param name="Kind">One of <see cref="EngineKinds"/>.</param>
/// <param name="Precision">The variant that it was tried with; null where it lacks something and was not tried at all.</param>
/// <param name="Reason">A sentence for one that was tried, else a clause.</param>
public sealed record EngineRefusal(string Kind, string? Precision, string Reason)
{
    /// <summary>Whether it was tried and failed, as opposed to being absent from this machine or build.</summary>
    public bool Tried => Precision is not null;

    internal string Sentence => Tried ? $"{Kind} with {Precision}: {Reason}" : $"{Kind}: {Reason}.";
}
