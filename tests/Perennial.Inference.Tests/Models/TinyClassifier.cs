namespace Perennial.Inference.Tests.Models;

/// <summary>One matrix and a softmax, as an ONNX file and in plain arithmetic.</summary>
internal sealed class TinyClassifier
{
    public TinyClassifier(int dimensions = 8, int classes = 3, int seed = 2)
    {
        (Dimensions, Classes) = (dimensions, classes);
        var random = new Random(seed);
        Weights = [.. Enumerable.Range(0, dimensions * classes).Select(_ => 4 * random.NextSingle() - 2)];
    }

    public int Dimensions { get; }

    public int Classes { get; }

    /// <summary>[C, D]</summary>
    public float[] Weights { get; }

    /// <summary>[n, D] to [n, C]</summary>
    public float[] Classify(ReadOnlySpan<float> embeddings)
    {
        List<float> rows = [];
        for (int at = 0; at < embeddings.Length; at += Dimensions)
        {
            double[] logits = new double[Classes];
            for (int c = 0; c < Classes; c++)
                for (int d = 0; d < Dimensions; d++)
                    logits[c] += Weights[c * Dimensions + d] * (double)embeddings[at + d];
            double sum = logits.Sum(Math.Exp);
            rows.AddRange(logits.Select(logit => (float)(Math.Exp(logit) / sum)));
        }
        return [.. rows];
    }

    public byte[] ToOnnx() => new OnnxModel()
        .Input("embedding", -1, Dimensions)
        .Output("probabilities", -1, Classes)
        .Weights("weight", [Classes, Dimensions], Weights)
        .Node("Gemm", "embedding weight", "logits", [("transB", 1L)])
        .Node("Softmax", "logits", "probabilities", [("axis", 1L)])
        .ToBytes();
}
