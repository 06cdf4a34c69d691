using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Perennial.Core.Images;

namespace Perennial.Bench;

/// <summary>What the machine gives without a server: decode a picture, <c>InferenceSession.Run</c>, the next one.</summary>
internal sealed class InProcessLoop : IDisposable
{
    private static readonly ImageLimits Limits = new();
    private readonly Preprocessing _preprocessing;
    private readonly InferenceSession _session;
    private readonly int _threads;

    /// <param name="encoder">The ONNX file.</param>
    /// <param name="preprocessing">Of the generation.</param>
    /// <param name="threads">How many loops run at once.</param>
    /// <param name="sessionThreads">Threads of each run.</param>
    public InProcessLoop(string encoder, Preprocessing preprocessing, int threads, int sessionThreads)
    {
        (_preprocessing, _threads) = (preprocessing, threads);
        using Microsoft.ML.OnnxRuntime.SessionOptions options = new() { IntraOpNumThreads = sessionThreads };
        _session = new InferenceSession(encoder, options);
    }

    public Latencies Run(byte[][] pictures, TimeSpan warmup, TimeSpan duration, bool decode = true)
    {
        List<long>[] ticks = [.. Enumerable.Range(0, _threads).Select(_ => new List<long>(1 << 14))];
        long began = Stopwatch.GetTimestamp() + (long)(warmup.TotalSeconds * Stopwatch.Frequency), ends = began + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        Thread[] loops = [.. Enumerable.Range(0, _threads).Select(number => new Thread(() => Loop(pictures, number, decode, began, ends, ticks[number])))];
        foreach (Thread loop in loops) loop.Start();
        foreach (Thread loop in loops) loop.Join();
        return Latencies.Of(ticks, duration);
    }

    public void Dispose() => _session.Dispose();

    private void Loop(byte[][] pictures, int first, bool decode, long began, long ends, List<long> ticks)
    {
        int size = _preprocessing.Size;
        byte[] tile = new byte[_preprocessing.TileBytes];
        float[] image = new float[tile.Length];
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(image, [1, 3, size, size]);
        using RunOptions options = new();
        ImageDecoder.DecodeTile(pictures[0], _preprocessing, Limits, tile);
        for (int call = first; ; call++)
        {
            long started = Stopwatch.GetTimestamp();
            if (started >= ends) return;
            if (decode) ImageDecoder.DecodeTile(pictures[call % pictures.Length], _preprocessing, Limits, tile);
            TileConversion.ToFloat(tile, image);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, ["image"], [input], ["embedding"]);
            _ = outputs[0].GetTensorDataAsSpan<float>()[0];
            long ended = Stopwatch.GetTimestamp();
            if (ended >= began && ended < ends) ticks.Add(ended - started);
        }
    }
}
