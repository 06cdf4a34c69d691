using Perennial.Core.Generations;
using Perennial.Core.Scoring;

namespace Perennial.Learning.Export.Quantization;

/// <summary>What came of quantising an encoder.</summary>
/// <param name="Model">Bytes of <see cref="GenerationFiles.EncoderInt8"/>; null where the gate refuses it.</param>
/// <param name="Tolerance">How far it may lie from float32 on the probes; null with <paramref name="Model"/>.</param>
/// <param name="Report">Figures and reason.</param>
public sealed record Int8Variant(byte[]? Model, ProbeTolerance? Tolerance, QuantizationReport Report)
{
    internal static Int8Variant Refused(QuantizationReport report) => new(null, null, report with { Admitted = false });
}
