namespace Perennial.Inference.Tests.Models;

/// <summary>
/// The smallest thing that is an encoder: channel normalisation, one matrix, L2 normalisation. Written as an ONNX file, and
/// computed here in plain double arithmetic, so that the one can be held against the other.
/// </summary>
internal sealed class TinyEncoder
{
    private static readonly float[] Mean = [0.5f, 0.45f, 0.4f];
    private static readonly float[] Std = [0.2f, 0.25f, 0.3f];

    public TinyEncoder(int size = 4, int dimensions = 8, int seed = 1)
    {
        (Size, Dimensions) = (size, dimensions);
        var random = new Random(seed);
        Weights = Numbers(random, dimensions * ItemLength);
        Bias = Numbers(random, dimensions);
    }

    public int Size { get; }

    public int Dimensions { get; }

    public int ItemLength => 3 * Size * Size;

    /// <summary>[D, 3*S*S]</summary>
    public float[] Weights { get; }

    public float[] Bias { get; }

    /// <summary>n random images in [0, 1].</summary>
    public float[] Images(int n, int seed = 7)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n * ItemLength).Select(_ => random.NextSingle())];
    }

    /// <summary>What the network must answer to one image [3, S, S].</summary>
    public float[] Embed(ReadOnlySpan<float> image)
    {
        double[] row = new double[Dimensions];
        for (int d = 0; d < Dimensions; d++)
        {
            row[d] = Bias[d];
            for (int i = 0; i < ItemLength; i++)
                row[d] += Weights[d * ItemLength + i] * ((image[i] - (double)Mean[i / (Size * Size)]) / Std[i / (Size * Size)]);
        }
        double norm = Math.Sqrt(row.Sum(x => x * x));
        return [.. row.Select(x => (float)(x / norm))];
    }

    /// <summary>Row by row for a batch [n, 3, S, S]; the answer is [n, D].</summary>
    public float[] EmbedAll(ReadOnlySpan<float> images)
    {
        List<float> rows = [];
        for (int at = 0; at < images.Length; at += ItemLength)
            rows.AddRange(Embed(images.Slice(at, ItemLength)));
        return [.. rows];
    }

    public byte[] ToOnnx() => Body(new OnnxModel().Input("image", -1, 3, Size, Size).Output("embedding", -1, Dimensions)).ToBytes();

    /// <summary>The nodes alone, from "image" to "embedding", for files that declare them wrongly.</summary>
    public OnnxModel Body(OnnxModel model, string input = "image", string output = "embedding") => model
        .Weights("mean", [1, 3, 1, 1], Mean)
        .Weights("std", [1, 3, 1, 1], Std)
        .Weights("weight", [Dimensions, ItemLength], Weights)
        .Weights("bias", [Dimensions], Bias)
        .Node("Sub", $"{input} mean", "centred")
        .Node("Div", "centred std", "normalised")
        .Node("Flatten", "normalised", "flat", [("axis", 1L)])
        .Node("Gemm", "flat weight bias", "projected", [("transB", 1L)])
        .Node("LpNormalization", "projected", output, [("axis", 1L), ("p", 2L)]);

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}
