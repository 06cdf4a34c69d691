namespace Perennial.Learning.Finetuning;

/// <summary>A trained classifier with what it is worth.</summary>
/// <param name="Head">Takes plain embeddings; disposed with the fit.</param>
/// <param name="Classes">Names of the outputs, in their order.</param>
/// <param name="Images">Labelled images that it was trained on.</param>
/// <param name="HoldoutAccuracy">Accuracy of the same kind of head on images held out in turn, [0, 1]; null when no class has two images.</param>
/// <param name="HoldoutImages">Images that were held out, over all folds.</param>
public sealed record ClassifierFit(ClassifierHead Head, IReadOnlyList<string> Classes, int Images, double? HoldoutAccuracy, int HoldoutImages) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Head.Dispose();
}
