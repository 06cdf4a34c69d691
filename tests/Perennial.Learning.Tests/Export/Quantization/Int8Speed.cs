using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Perennial.Learning.Export;

namespace Perennial.Learning.Tests.Export.Quantization;

public sealed class Int8Speed(ITestOutputHelper output)
{
    // Not a test but a measurement, and so only on demand: ... --filter-class "*Int8Speed" --explicit only. Ratios of a busy machine mean nothing.
    [Theory(Explicit = true)]
    [InlineData(1, 2, "resnet18", 64, 224)]
    [InlineData(8, 2, "resnet18", 64, 224)]
    [InlineData(1, 1, "resnet18", 64, 224)]
    [InlineData(8, 2, "resnet18", 64, 32)]
    [InlineData(8, 2, "vit_tiny", 64, 224)]
    public void Images_a_second_in_float32_and_int8(int batch, int threads, string backbone, int width, int size)
    {
        using QuantizedSample sample = new(backbone, width, size);
        using SessionOptions options = new() { IntraOpNumThreads = threads };
        using InferenceSession exact = new(EncoderGraph.Build(sample.Encoder, OnnxPrecision.Float32), options), rounded = new(sample.File, options);
        float[] images = new float[batch * 3 * size * size];
        Random random = new(1);
        for (int i = 0; i < images.Length; i++) images[i] = random.NextSingle();
        (double a, double b) = (Rate(exact, 10), Rate(rounded, 10)); // warm
        List<(double, double)> rounds = [];
        for (int round = 0; round < 5; round++) rounds.Add((Rate(exact, 1500), Rate(rounded, 1500)));
        (a, b) = (rounds.Select(r => r.Item1).Order().ElementAt(2), rounds.Select(r => r.Item2).Order().ElementAt(2)); // medians
        output.WriteLine(FormattableString.Invariant($"{backbone} of width {width}, {size} px, batch {batch}, {threads} threads: fp32 {a:F1}, int8 {b:F1} images/s, {b / a:F2} times"));

        double Rate(InferenceSession session, int milliseconds)
        {
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(images, [batch, 3, size, size]);
            using RunOptions run = new();
            long began = Stopwatch.GetTimestamp();
            int runs = 0;
            do
            {
                session.Run(run, ["image"], [input], ["embedding"]).Dispose();
                runs++;
            } while (Stopwatch.GetElapsedTime(began).TotalMilliseconds < milliseconds);
            return runs * batch / Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
    }
}
