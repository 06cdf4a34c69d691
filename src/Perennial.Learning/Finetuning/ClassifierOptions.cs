using System.ComponentModel.DataAnnotations;

namespace Perennial.Learning.Finetuning;

/// <summary>How a classifier is finetuned on frozen embeddings.</summary>
public sealed record ClassifierOptions
{
    /// <summary>Labels below which only linear heads are tried: an MLP would learn them by heart.</summary>
    public const int FewLabels = 200;

    /// <summary>The head's shape. Default: <see cref="HeadKind.Auto"/>.</summary>
    public HeadKind Head { get; init; } = HeadKind.Auto;

    /// <summary>Width of an MLP's hidden layer, 1 to 8192. Default 256.</summary>
    [Range(1, 8192)] public int Hidden { get; init; } = 256;

    /// <summary>Give each class the same weight, however many images it has. Default true.</summary>
    public bool Balanced { get; init; } = true;

    /// <summary>Seed of the folds and of an MLP's first weights. Default 0.</summary>
    public long Seed { get; init; }
}
