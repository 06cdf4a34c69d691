using Perennial.Inference.Batching;
using Perennial.Inference.Engines;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Batching;

public sealed class OwnRowTests
{
    [Fact]
    public async Task Thirty_two_callers_at_once_each_get_the_embedding_of_their_own_images()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        var encoder = new TinyEncoder(size: 8, dimensions: 16);
        using var folder = new TemporaryFolder();
        using OnnxRuntimeEngine engine = OnnxRuntimeEngine.Load(folder.Write("encoder.onnx", encoder.ToOnnx()), new EngineOptions());
        int largest = 0;
        await using var queue = new BatchQueue(new BatchQueueOptions { MaxBatch = 8 }, engine, batch => largest = Math.Max(largest, batch.Size));
        await Task.WhenAll(Enumerable.Range(0, 32).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < 40; i++)
            {
                float[] image = encoder.Images(1, seed: caller * 100 + i), alone = new float[16];
                float[] embedding = await queue.EmbedAsync(image, caller % 4 == 0 ? RequestClass.Bulk : RequestClass.Interactive, token);
                engine.Run(image, 1, alone);
                float[] expected = encoder.Embed(image);
                for (int d = 0; d < 16; d++)
                {
                    Assert.Equal(expected[d], embedding[d], 1e-5f);
                    Assert.Equal(alone[d], embedding[d], 1e-6f);
                }
            }
        }, token)));
        Assert.InRange(largest, 2, 8);
    }

    [Fact]
    public async Task An_answer_belongs_to_its_caller_and_later_batches_leave_it_alone()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(new BatchQueueOptions { MaxDelay = TimeSpan.Zero }, engine);
        engine.Release(100);
        Task<float[]>[] first = [.. Enumerable.Range(0, 8).Select(i => Embed(i))];
        float[][] kept = await Task.WhenAll(first);
        float[][] copies = [.. kept.Select(row => (float[])row.Clone())];
        await Task.WhenAll(Enumerable.Range(100, 8).Select(i => Embed(i)));
        Assert.Equal(copies, kept);

        Task<float[]> Embed(int i) => queue.EmbedAsync(ScriptedEngine.Image(i), RequestClass.Interactive, TestContext.Current.CancellationToken).AsTask();
    }
}
