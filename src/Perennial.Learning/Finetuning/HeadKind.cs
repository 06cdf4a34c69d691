namespace Perennial.Learning.Finetuning;

/// <summary>The shape of a classifier.</summary>
public enum HeadKind
{
    /// <summary>Linear with few labels; with <see cref="ClassifierOptions.FewLabels"/> or more, whichever of the two is better on held-out images.</summary>
    Auto,

    /// <summary>One linear layer: multinomial logistic regression.</summary>
    Linear,

    /// <summary>Two linear layers with a ReLU between them.</summary>
    Mlp,
}
