namespace Perennial.Core.Generations;

/// <summary>Names of the files in a generation folder.</summary>
public static class GenerationFiles
{
    public const string Manifest = "manifest.json";

    /// <summary>ONNX fp32: input "image" [N, 3, H, W] in [0, 1] RGB, output "embedding" [N, D], L2-normalised. Its digest names the embedding space.</summary>
    public const string Encoder = "encoder.onnx";

    /// <summary>The same graph with fp16 weights; input and output stay float32.</summary>
    public const string EncoderFp16 = "encoder.fp16.onnx";

    /// <summary>The same network with int8 weights and uint8 activations; input and output stay float32. Only where it is nearly as good as fp32.</summary>
    public const string EncoderInt8 = "encoder.int8.onnx";

    /// <summary>ONNX: input "embedding" [N, D], output "probabilities" [N, C]. Absent until labels exist.</summary>
    public const string Classifier = "classifier.onnx";

    /// <summary>The encoder's weights under torchvision's parameter names.</summary>
    public const string Weights = "weights.safetensors";

    /// <summary>Recorded inputs with torch's outputs: "image" [P, 3, S, S], "embedding" [P, D] and, with a classifier, "probabilities" [P, C].</summary>
    public const string Probes = "probes.safetensors";

    /// <summary>All scores, old against new, and the verdict: an <see cref="Scoring.EvaluationReport"/>.</summary>
    public const string Evaluation = "evaluation.json";
}
