using Perennial.Commands.Terminals;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;

namespace Perennial.Commands.Training;

/// <summary>One line about a generation's int8 variant, or about why it has none.</summary>
internal static class Int8Remark
{
    public static void Say(Terminal terminal, GenerationFolder generation)
    {
        if (Of(generation) is { } report) terminal.Remark(report.ToString());
    }

    /// <summary>The report in a generation's evaluation; null where none was tried.</summary>
    public static QuantizationReport? Of(GenerationFolder generation) =>
        generation.Has(GenerationFiles.Evaluation) ? EvaluationReport.Read(generation.File(GenerationFiles.Evaluation)).Quantization : null;
}
