using Perennial.Learning.Finetuning;

namespace Perennial.Commands.Training;

/// <summary>How <c>finetune</c> was asked to work.</summary>
/// <param name="Frozen">For a classifier on the encoder as it is.</param>
/// <param name="EndToEnd">For both together; null to leave the encoder.</param>
/// <param name="LabelShare">Share of the labels that may be used, (0, 1].</param>
/// <param name="Seed">Of everything random.</param>
internal sealed record FinetuneChoice(ClassifierOptions Frozen, FinetuneOptions? EndToEnd, double LabelShare, int Seed)
{
    /// <summary>Labels that may be used of so many; null for all.</summary>
    public int? LabelsOf(int all) => LabelShare >= 1 ? null : Math.Max(1, (int)Math.Round(LabelShare * all));
}
