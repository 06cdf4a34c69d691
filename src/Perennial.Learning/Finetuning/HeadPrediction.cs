using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using static TorchSharp.torch;

namespace Perennial.Learning.Finetuning;

/// <summary>What a classifier makes of embeddings that are at hand.</summary>
public static class HeadPrediction
{
    /// <summary>Probabilities [N, C], row-major.</summary>
    /// <param name="head">Takes plain embeddings.</param>
    /// <param name="embeddings">[N, D]</param>
    public static float[] Probabilities(ClassifierHead head, Embeddings embeddings)
    {
        using var scope = NewDisposeScope();
        return head.Probabilities(tensor(embeddings.Data, [embeddings.Rows, embeddings.Dimensions])).ToSingles();
    }
}
