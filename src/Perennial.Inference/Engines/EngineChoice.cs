namespace Perennial.Inference.Engines;

/// <summary>Which engine runs an encoder, and why those before it in the order of preference do not.</summary>
/// <param name="Kind">One of <see cref="EngineKinds"/> but "auto".</param>
/// <param name="Precision">One of <see cref="EncoderPrecision"/> but "auto".</param>
/// <param name="Device">"cpu" or "cuda:0".</param>
/// <param name="PassedOver">The others, in the order in which they were considered.</param>
public sealed record EngineChoice(string Kind, string Precision, string Device, IReadOnlyList<EngineRefusal> PassedOver);
