namespace Perennial.Inference.Engines;

/// <summary>
/// Chooses the engine of an encoder: the candidates in their order, each with the precisions that suit it, until one has proven itself.
/// A kind or a precision that is named is the only one that is tried.
/// </summary>
/// <param name="candidates">The best one first; each kind once.</param>
/// <param name="fastInt8">Whether the processor is faster with int8 than with fp32.</param>
internal sealed class EngineSelection(IReadOnlyList<EngineCandidate> candidates, bool fastInt8)
{
    /// <summary>The engines of this build on this processor.</summary>
    public static EngineSelection OfThisMachine { get; } = new(EngineCandidates.All, EncoderPrecision.HasVnni);

    /// <summary>What runs a classifier: one small matrix, so the processor is as quick as any other way and needs no copy to a device.</summary>
    public EngineCandidate ForClassifier { get; } = candidates.LastOrDefault(candidate => !candidate.UsesGpu) ?? EngineCandidates.OnnxRuntimeCpu;

    /// <summary>The first engine that <paramref name="prove"/> returns.</summary>
    /// <param name="options">The kind and the precision that are wanted, or "auto".</param>
    /// <param name="offered">The precisions that the generation has; fp32 among them.</param>
    /// <param name="prove">Loads an engine and shows that it answers as recorded; throws, and frees what it loaded, where it does not.
    /// Its options name kind and precision.</param>
    /// <exception cref="EngineException">None passes; the message says why.</exception>
    /// <exception cref="OperationCanceledException">Thrown by <paramref name="prove"/>.</exception>
    public (IInferenceEngine Engine, EngineChoice Choice) First(
        EngineOptions options, IReadOnlyCollection<string> offered, Func<EngineCandidate, EngineOptions, IInferenceEngine> prove)
    {
        bool named = options.Kind != EngineKinds.Auto;
        List<EngineRefusal> refused = [];
        Exception? last = null;
        foreach (string kind in named ? [options.Kind] : candidates.Select(candidate => candidate.Kind))
        {
            if (EngineCandidates.Missing(candidates, kind, options) is { } missing)
            {
                refused.Add(new EngineRefusal(kind, null, missing));
                continue;
            }
            EngineCandidate candidate = candidates.First(candidate => candidate.Kind == kind);
            string[] precisions = [.. Precisions(candidate, options.Precision).Where(offered.Contains).Where(candidate.Precisions.Contains)];
            if (precisions.Length == 0)
                refused.Add(new EngineRefusal(kind, null, $"it runs {string.Join(" and ", candidate.Precisions)} alone"));
            foreach (string precision in precisions)
            {
                try
                {
                    IInferenceEngine engine = prove(candidate, options with { Kind = kind, Precision = precision });
                    return (engine, new EngineChoice(kind, precision, candidate.Device(options), refused));
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    refused.Add(new EngineRefusal(kind, precision, exception.Message));
                    last = exception;
                }
            }
        }
        throw new EngineException(Reason(named ? options.Kind : null, refused), last);
    }

    private IEnumerable<string> Precisions(EngineCandidate candidate, string wanted) =>
        wanted != EncoderPrecision.Auto ? [wanted]
        : candidate.UsesGpu ? [EncoderPrecision.Fp16, EncoderPrecision.Fp32]
        : fastInt8 ? [EncoderPrecision.Int8, EncoderPrecision.Fp32]
        : [EncoderPrecision.Fp32];

    private static string Reason(string? named, List<EngineRefusal> refused)
    {
        List<EngineRefusal> tried = refused.FindAll(refusal => refusal.Tried);
        string reasons = tried is [var only] ? only.Reason : string.Join(' ', (tried.Count > 0 ? tried : refused).Select(refusal => refusal.Sentence));
        return named is not null && tried.Count == 0 ? $"The engine that was asked for cannot be used: {reasons} Engine kind auto takes the best one that works." : reasons;
    }
}
