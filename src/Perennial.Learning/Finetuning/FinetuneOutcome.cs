namespace Perennial.Learning.Finetuning;

/// <summary>The end of a finetuning: the weights are those of the best epoch.</summary>
/// <param name="Head">Takes the encoder's embeddings; disposed with the outcome.</param>
/// <param name="BestEpoch">Epochs done at the best; 0 is the classifier on the encoder as it came.</param>
/// <param name="Epochs">Epochs done when training stopped.</param>
/// <param name="ValidationAccuracy">Of the best epoch, [0, 1].</param>
/// <param name="ValidationImages">Images of the validation split.</param>
public sealed record FinetuneOutcome(ClassifierHead Head, int BestEpoch, int Epochs, double ValidationAccuracy, int ValidationImages) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Head.Dispose();
}
