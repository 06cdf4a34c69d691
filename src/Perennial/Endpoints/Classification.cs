using Perennial.Background;
using Perennial.Inference.Engines;

namespace Perennial.Endpoints;

/// <summary>Embeddings to probabilities.</summary>
internal static class Classification
{
    /// <exception cref="ProblemException">409 <c>no_classifier</c>.</exception>
    public static IInferenceEngine RequireClassifier(this ServingPair pair) => pair.Generation.Classifier
        ?? throw new ProblemException(StatusCodes.Status409Conflict, ErrorCode.NoClassifier, $"Generation {pair.Manifest.Number} has no classifier: label some images and start a run with kind finetune.");

    /// <summary>[N, C], row-major, in the order of the generation's labels.</summary>
    /// <param name="classifier">[D] to [C].</param>
    /// <param name="embeddings">N of [D].</param>
    public static float[] Probabilities(IInferenceEngine classifier, IReadOnlyList<float[]> embeddings)
    {
        float[] output = new float[embeddings.Count * classifier.Dimensions];
        classifier.Run(embeddings.SelectMany(embedding => embedding).ToArray(), embeddings.Count, output);
        return output;
    }
}
