using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Perennial.Learning.Tests.Export;

/// <summary>Runs an exported file with ONNX Runtime, the engine that serves it.</summary>
internal sealed class OnnxFile : IDisposable
{
    public OnnxFile(byte[] model)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 2 };
        Session = new InferenceSession(model, options);
    }

    public InferenceSession Session { get; }

    /// <summary>One input, one output, both float32.</summary>
    public float[] Run(float[] input, params int[] shape)
    {
        string name = Session.InputMetadata.Single().Key;
        using var results = Session.Run([NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(input, shape))]);
        return [.. results.Single().AsEnumerable<float>()];
    }

    public void Dispose() => Session.Dispose();
}
