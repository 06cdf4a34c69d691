namespace Perennial.Learning.Finetuning;

/// <summary>Where a finetuning is, at an epoch's end.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Epochs">Of at most so many.</param>
/// <param name="Loss">Mean cross-entropy of the epoch.</param>
/// <param name="ValidationLoss">Cross-entropy on the validation split.</param>
/// <param name="ValidationAccuracy">Likewise, [0, 1].</param>
/// <param name="EncoderTrains">Whether the encoder has been released.</param>
public sealed record FinetuneProgress(int Epoch, int Epochs, double Loss, double ValidationLoss, double ValidationAccuracy, bool EncoderTrains);
