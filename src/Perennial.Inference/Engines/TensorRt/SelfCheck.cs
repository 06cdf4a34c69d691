using Perennial.Inference.Engines.TensorRt.Interop;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>Proves a library by a network whose answers are known: builds it, loads it, asks for its form, runs it, and compares.</summary>
internal static class SelfCheck
{
    private const int Size = 4, MaxBatch = 3;
    private const float Tolerance = 1e-3f;

    /// <exception cref="EngineException">A call failed or an answer was wrong.</exception>
    public static void Run(TensorRtLibrary library)
    {
        try
        {
            TensorRtOptions options = new() { MaxBatch = MaxBatch, Streams = 1, WorkspaceMegabytes = 64 };
            library.Native.Cuda.Use(library.Device.Index);
            using NvHostMemory plan = PlanBuilding.Build(library, SelfCheckModel.Onnx(Size), options);
            using TensorRtEngine engine = new(library, plan.Bytes, options);
            for (int n = 1; n <= MaxBatch; n++)
                Compare(engine, n);
        }
        catch (EngineException exception)
        {
            throw new EngineException($"TensorRT {library.Version} on {library.GpuName} did not pass its check: {exception.Message}", exception);
        }
    }

    private static void Compare(TensorRtEngine engine, int n)
    {
        float[] images = [.. Enumerable.Range(0, n * 3 * Size * Size).Select(i => 0.1f + i * 37 % 101 / 101f)];
        float[] expected = SelfCheckModel.Embed(images, Size), answered = new float[n * 3];
        engine.Run(images, n, answered);
        for (int i = 0; i < answered.Length; i++)
        {
            if (!(Math.Abs(answered[i] - expected[i]) <= Tolerance))
                throw new EngineException($"it answered {answered[i]} where {expected[i]} is right.");
        }
    }
}
