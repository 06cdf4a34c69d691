using Perennial.Inference.Engines;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines;

public sealed class OnnxRuntimeEngineTests : IDisposable
{
    private const float Tolerance = 1e-5f;
    private static readonly EngineOptions Options = new() { IntraOpThreads = 1 };
    private readonly TemporaryFolder _folder = new();
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_encoder_says_what_it_takes_and_gives()
    {
        using OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        Assert.Equal("onnxruntime-cpu-fp32", engine.Name);
        Assert.Equal([3, 4, 4], engine.ItemShape);
        Assert.Equal(8, engine.Dimensions);
    }

    [Fact]
    public void A_classifier_says_what_it_takes_and_gives()
    {
        using OnnxRuntimeEngine engine = Load(new TinyClassifier(dimensions: 8, classes: 3).ToOnnx());
        Assert.Equal([8], engine.ItemShape);
        Assert.Equal(3, engine.Dimensions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(33)]
    public void A_batch_of_any_size_equals_plain_arithmetic(int n)
    {
        using OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        float[] images = _encoder.Images(n), embeddings = new float[n * 8];
        engine.Run(images, n, embeddings);
        Close(_encoder.EmbedAll(images), embeddings);
    }

    [Fact]
    public void A_classifier_equals_plain_arithmetic()
    {
        var classifier = new TinyClassifier();
        using OnnxRuntimeEngine engine = Load(classifier.ToOnnx());
        float[] embeddings = _encoder.EmbedAll(_encoder.Images(5)), probabilities = new float[5 * 3];
        engine.Run(embeddings, 5, probabilities);
        Close(classifier.Classify(embeddings), probabilities);
    }

    [Fact]
    public void The_output_goes_into_the_callers_memory_and_nowhere_beside_it()
    {
        using OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        float[] images = _encoder.Images(2), before = [.. images], around = new float[3 + 16 + 3];
        Array.Fill(around, float.NaN);
        engine.Run(images, 2, around.AsSpan(3, 16));
        Assert.Equal(before, images);
        Close(_encoder.EmbedAll(images), around[3..19]);
        Assert.All(around[..3].Concat(around[19..]), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void The_same_batch_gives_the_same_bits()
    {
        using OnnxRuntimeEngine engine = Load(_encoder.ToOnnx(), new EngineOptions { IntraOpThreads = 2 });
        float[] images = _encoder.Images(16), first = new float[16 * 8], again = new float[16 * 8];
        engine.Run(images, 16, first);
        for (int i = 0; i < 20; i++)
        {
            engine.Run(images, 16, again);
            Assert.Equal(first, again);
        }
    }

    [Fact]
    public async Task Many_threads_may_run_at_once()
    {
        using OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            float[] images = _encoder.Images(3, seed), embeddings = new float[3 * 8];
            for (int i = 0; i < 200; i++)
                engine.Run(images, 3, embeddings);
            Close(_encoder.EmbedAll(images), embeddings);
        }, TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData(47, 1, 8)]
    [InlineData(48, 2, 16)]
    [InlineData(48, 1, 9)]
    public void Lengths_that_do_not_fit_the_batch_are_refused(int input, int n, int output)
    {
        using OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        Assert.Throws<ArgumentException>(() => engine.Run(new float[input], n, new float[output]));
    }

    [Fact]
    public void An_empty_batch_is_refused()
    {
        using OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        Assert.Throws<ArgumentOutOfRangeException>(() => engine.Run([], 0, []));
    }

    [Fact]
    public void A_disposed_engine_says_so()
    {
        OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        engine.Dispose();
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Run(_encoder.Images(1), 1, new float[8]));
    }

    [Fact]
    public async Task Disposing_under_running_batches_lets_them_finish()
    {
        OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        using var started = new CountdownEvent(4);
        Task[] runs = [.. Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            float[] images = _encoder.Images(64, seed), embeddings = new float[64 * 8], expected = _encoder.EmbedAll(images);
            bool first = true;
            try
            {
                while (true)
                {
                    engine.Run(images, 64, embeddings);
                    Close(expected, embeddings);
                    if (first)
                        started.Signal();
                    first = false;
                }
            }
            catch (ObjectDisposedException)
            {
            }
        }, TestContext.Current.CancellationToken))];
        started.Wait(TestContext.Current.CancellationToken);
        engine.Dispose();
        await Task.WhenAll(runs);
    }

    [Fact]
    public void Dimensions_of_an_engine_cannot_be_changed_from_outside()
    {
        using OnnxRuntimeEngine engine = Load(_encoder.ToOnnx());
        engine.ItemShape[0] = 99;
        Assert.Equal([3, 4, 4], engine.ItemShape);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Load(_encoder.ToOnnx(), new EngineOptions { IntraOpThreads = -1 }));
        Assert.Contains(nameof(EngineOptions.IntraOpThreads), refused.Message);
    }

    private OnnxRuntimeEngine Load(byte[] onnx, EngineOptions? options = null) =>
        OnnxRuntimeEngine.Load(_folder.Write("model.onnx", onnx), options ?? Options);

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Tolerance);
    }
}
