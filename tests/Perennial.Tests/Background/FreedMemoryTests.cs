using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Inference.Batching;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Perennial.Inference.Tests.Models;

namespace Perennial.Tests.Background;

/// <summary>Engines that come and go leave no memory behind.</summary>
public sealed class FreedMemoryTests : IDisposable
{
    private const int Times = 30;
    private const int Dimensions = 20_000; // 15 MB of weights

    private readonly TemporaryFolder _models = new();
    private readonly ServingOptions _options = new(new EngineOptions { IntraOpThreads = 1 }, new BatchQueueOptions());
    private readonly InteractiveTraffic _traffic = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Generations_that_are_admitted_and_let_go_do_not_add_up()
    {
        GenerationFolder folder = new TinyGeneration { Encoder = new TinyEncoder(size: 8, Dimensions) }.CommitTo(_models.Path);
        await StaysFlatAsync(async () =>
        {
            Deployment deployment = await Deployment.AdmitAsync(folder, _options, _traffic, TestContext.Current.CancellationToken);
            deployment.Leave();
            await deployment.Freed;
        });
    }

    [Fact]
    public async Task Generations_that_are_refused_do_not_add_up()
    {
        var wrong = new TinyEncoder(size: 8, Dimensions);
        wrong.Weights[0] += 5;
        GenerationFolder folder = new TinyGeneration { Encoder = new TinyEncoder(size: 8, Dimensions), EncoderFile = wrong.ToOnnx() }.CommitTo(_models.Path);
        await StaysFlatAsync(() => Assert.ThrowsAsync<AdmissionException>(() => Deployment.AdmitAsync(folder, _options, _traffic, TestContext.Current.CancellationToken)));
    }

    private static async Task StaysFlatAsync(Func<Task> comeAndGo)
    {
        for (int i = 0; i < 5; i++) await comeAndGo();
        long before = Environment.WorkingSet;
        for (int i = 0; i < Times; i++) await comeAndGo();
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 150_000_000); // kept, they would be 450 MB
    }
}
