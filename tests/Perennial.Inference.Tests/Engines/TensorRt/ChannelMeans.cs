using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines.TensorRt;

/// <summary>An encoder whose answer is known: the means of the three channels of a 4 x 4 image, taken in half precision and L2-normalised in single.</summary>
internal static class ChannelMeans
{
    public const int ItemLength = 3 * 16;

    // Half precision has 11 bits; the stand-in computes in double.
    public const float Tolerance = 2e-3f;

    public static byte[] ToOnnx() => Body(new OnnxModel().Input("image", -1, 3, 4, 4).Output("embedding", -1, 3)).ToBytes();

    public static OnnxModel Body(OnnxModel model, string input = "image", string output = "embedding") => model
        .Node("Cast", input, "half", [("to", 10L)])
        .Node("ReduceMean", "half", "means", [("axes", new[] { 2L, 3L }), ("keepdims", 0L)])
        .Node("Cast", "means", "single", [("to", 1L)])
        .Node("ReduceL2", "single", "norm", [("axes", new[] { 1L }), ("keepdims", 1L)])
        .Node("Div", "single norm", output);

    /// <summary>n random images in [0.1, 1.1].</summary>
    public static float[] Images(int n, int seed = 7)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n * ItemLength).Select(_ => 0.1f + random.NextSingle())];
    }

    /// <summary>[n, 3, 4, 4] to [n, 3]</summary>
    public static float[] Embed(float[] images)
    {
        double[] means = [.. images.Chunk(16).Select(plane => plane.Average(pixel => (double)pixel))];
        return [.. means.Chunk(3).SelectMany(row => row.Select(mean => (float)(mean / Math.Sqrt(row.Sum(x => x * x)))))];
    }

    public static void AssertClose(float[] images, float[] embeddings)
    {
        float[] expected = Embed(images);
        Assert.Equal(expected.Length, embeddings.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], embeddings[i], Tolerance);
    }

    /// <summary>Runs n images and holds the answers against plain arithmetic.</summary>
    public static void AssertRuns(Perennial.Inference.Engines.IInferenceEngine engine, int n, int seed = 7)
    {
        float[] images = Images(n, seed), embeddings = new float[n * 3];
        engine.Run(images, n, embeddings);
        AssertClose(images, embeddings);
    }
}
