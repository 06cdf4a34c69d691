using Perennial.Inference.Engines;
using Perennial.Inference.Engines.TensorRt;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines.TensorRt;

/// <summary>What holds for any TensorRT: both stand-ins, and the real one where it is.</summary>
[Collection(TensorRtCollection.Name)]
public sealed class TensorRtEngineTests(StandInBuild build)
{
    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public void An_encoder_says_what_it_takes_and_gives(string which)
    {
        using Subject subject = new(build, which);
        using (TensorRtEngine engine = subject.Load())
        {
            Assert.Equal("tensorrt-fp16", engine.Name);
            Assert.Equal([3, 4, 4], engine.ItemShape);
            Assert.Equal(3, engine.Dimensions);
            engine.ItemShape[0] = 99;
            Assert.Equal([3, 4, 4], engine.ItemShape);
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public void A_batch_of_any_size_equals_plain_arithmetic(string which)
    {
        using Subject subject = new(build, which);
        using (TensorRtEngine engine = subject.Load())
        {
            foreach (int n in (int[])[1, 2, Subject.MaxBatch, Subject.MaxBatch + 1, 33, 1])
                ChannelMeans.AssertRuns(engine, n, seed: n);
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public void The_output_goes_into_the_callers_memory_and_nowhere_beside_it(string which)
    {
        using Subject subject = new(build, which);
        using (TensorRtEngine engine = subject.Load())
        {
            float[] images = ChannelMeans.Images(6), before = [.. images], around = new float[3 + 18 + 3];
            Array.Fill(around, float.NaN);
            engine.Run(images, 6, around.AsSpan(3, 18));
            Assert.Equal(before, images);
            ChannelMeans.AssertClose(images, around[3..21]);
            Assert.All(around[..3].Concat(around[21..]), value => Assert.True(float.IsNaN(value)));
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public async Task Many_threads_may_run_at_once(string which)
    {
        using Subject subject = new(build, which);
        using (TensorRtEngine engine = subject.Load())
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
            {
                for (int i = 0; i < 100; i++)
                    ChannelMeans.AssertRuns(engine, 1 + (seed + i) % 7, seed);
            }, TestContext.Current.CancellationToken)));
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public void Lengths_that_do_not_fit_the_batch_are_refused(string which)
    {
        using Subject subject = new(build, which);
        using (TensorRtEngine engine = subject.Load())
        {
            Assert.Throws<ArgumentException>(() => engine.Run(new float[47], 1, new float[3]));
            Assert.Throws<ArgumentException>(() => engine.Run(new float[48], 2, new float[6]));
            Assert.Throws<ArgumentException>(() => engine.Run(new float[48], 1, new float[4]));
            Assert.Throws<ArgumentOutOfRangeException>(() => engine.Run([], 0, []));
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public void A_disposed_engine_says_so(string which)
    {
        using Subject subject = new(build, which);
        TensorRtEngine engine = subject.Load();
        engine.Dispose();
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Run(new float[48], 1, new float[3]));
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public async Task Disposing_under_running_batches_lets_them_finish(string which)
    {
        using Subject subject = new(build, which);
        TensorRtEngine engine = subject.Load();
        using var started = new CountdownEvent(4);
        Task[] runs = [.. Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            bool first = true;
            try
            {
                while (true)
                {
                    ChannelMeans.AssertRuns(engine, 3, seed);
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
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public void A_file_that_is_not_an_encoder_is_refused_and_leaves_nothing(string which)
    {
        using Subject subject = new(build, which);
        Refused(subject, [], "cannot read the ONNX file");
        Refused(subject, "{\"not\":\"onnx\"}"u8.ToArray(), "cannot read the ONNX file");
        Refused(subject, ChannelMeans.ToOnnx()[..40], "cannot read the ONNX file");
        Refused(subject, ChannelMeans.Body(new OnnxModel().Input("pixels", -1, 3, 4, 4).Output("embedding", -1, 3), input: "pixels").ToBytes(), "'pixels'");
        Refused(subject, ChannelMeans.Body(new OnnxModel().Input("image", -1, 3, 4, 4).Output("features", -1, 3), output: "features").ToBytes(), "'features'");
        Refused(subject, ChannelMeans.Body(new OnnxModel().Input("image", 2, 3, 4, 4).Output("embedding", 2, 3)).ToBytes(), "[2, 3, 4, 4]");
        Assert.Contains("no file", Assert.Throws<EngineException>(() => TensorRtEngine.Load(subject.Model + ".absent", subject.Digest, subject.Options)).Message);
        Assert.Empty(subject.Plans);
        subject.Clean();
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd-0123456789")]
    [InlineData("0123456789")]
    public void A_digest_that_is_none_is_refused(string digest)
    {
        using Subject subject = new(build, "10");
        Assert.Throws<ArgumentException>(() => TensorRtEngine.Load(subject.Model, digest, subject.Options));
        subject.Clean();
    }

    private static void Refused(Subject subject, byte[] onnx, string because)
    {
        var refused = Assert.Throws<EngineException>(() => TensorRtEngine.Load(subject.Write("other.onnx", onnx), subject.Digest, subject.Options));
        Assert.Contains(because, refused.Message);
        Assert.Contains("other.onnx", refused.Message);
    }
}
