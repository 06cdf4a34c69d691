using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Perennial.Inference.Engines;

/// <summary>
/// The one input and the one output that a network of a generation has: an encoder's "image" [N, 3, H, W] to "embedding" [N, D],
/// or a classifier's "embedding" [N, D] to "probabilities" [N, C]. All float32; N is free, everything else is fixed.
/// </summary>
internal sealed record ModelSignature(string Input, string Output, int[] ItemShape, int Dimensions)
{
    public const string Image = "image";
    public const string Embedding = "embedding";
    public const string Probabilities = "probabilities";

    /// <summary>Floats of one input item.</summary>
    public int ItemLength { get; } = ItemShape.Aggregate(1, (product, size) => checked(product * size));

    /// <exception cref="EngineException">The network is neither an encoder nor a classifier.</exception>
    public static ModelSignature Of(InferenceSession session, string file)
    {
        if (session.InputMetadata.Count != 1 || session.OutputMetadata.Count != 1)
            throw new EngineException($"{file} has {session.InputMetadata.Count} inputs and {session.OutputMetadata.Count} outputs; one of each is expected.");
        (string input, NodeMetadata from) = session.InputMetadata.Single();
        (string output, NodeMetadata to) = session.OutputMetadata.Single();
        (string? expected, int rank) = input switch
        {
            Image => (Embedding, 4),
            Embedding => (Probabilities, 2),
            _ => throw new EngineException($"The input of {file} is '{input}'; an encoder's is '{Image}', a classifier's '{Embedding}'."),
        };
        if (output != expected)
            throw new EngineException($"The output of {file} is '{output}'; with the input '{input}' it is '{expected}'.");
        int[] item = ItemOf(from, rank, $"The input '{input}' of {file}");
        int[] row = ItemOf(to, 2, $"The output '{output}' of {file}");
        if (input == Image && item[0] != 3)
            throw new EngineException($"The input '{input}' of {file} has {item[0]} channels; images have 3.");
        return new ModelSignature(input, output, item, row[0]);
    }

    private static int[] ItemOf(NodeMetadata metadata, int rank, string what)
    {
        if (!metadata.IsTensor || metadata.ElementDataType != TensorElementType.Float)
            throw new EngineException($"{what} is not a float32 tensor.");
        int[] shape = metadata.Dimensions;
        string shown = $"[{string.Join(", ", shape.Select(size => size < 0 ? "?" : size.ToString()))}]";
        if (shape.Length != rank)
            throw new EngineException($"{what} has the shape {shown}; {rank} dimensions are expected.");
        if (shape[0] >= 0)
            throw new EngineException($"{what} has the shape {shown}; its first dimension, the batch, must be free.");
        if (shape.AsSpan(1).ContainsAnyExceptInRange(1, int.MaxValue))
            throw new EngineException($"{what} has the shape {shown}; all but the batch must be fixed.");
        return shape[1..];
    }
}
