using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Perennial.Core.Generations;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background;

/// <summary>A generation that must not serve: refused with its reason, while the one that serves goes on as if nothing had been.</summary>
public sealed class FailedPromotionTests : IDisposable
{
    private const long Int64 = 7; // ONNX's number of the type

    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _elsewhere = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Models => Path.Combine(_data.Path, "models");

    public void Dispose()
    {
        _data.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task A_file_changed_since_the_commit_is_refused_by_its_digest()
    {
        await using LoopServer server = await StartAsync();
        GenerationFolder damaged = Sound(seed: 2).CommitTo(Models);
        byte[] bytes = await File.ReadAllBytesAsync(damaged.File(GenerationFiles.Encoder), Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(damaged.File(GenerationFiles.Encoder), bytes, Token);
        await RefusedAsync(server, damaged.Number, "encoder.onnx", "digest");
    }

    [Fact]
    public async Task Another_network_than_the_recorded_answers_say_is_refused_by_its_probes()
    {
        await using LoopServer server = await StartAsync();
        GenerationFolder wrong = new TinyGeneration { Encoder = new TinyEncoder(size: 8, seed: 2), EncoderFile = new TinyEncoder(size: 8, seed: 3).ToOnnx(), ChangeManifest = Elsewhere }.CommitTo(Models);
        await RefusedAsync(server, wrong.Number, "does not answer as recorded", "probe 0");
    }

    // 16 probes are run one by one and all at once; the sizes in between are met by the warm-up alone.
    [Fact]
    public async Task A_network_that_fails_on_a_batch_size_in_between_is_refused_by_the_warm_up()
    {
        await using LoopServer server = await StartAsync();
        var encoder = new TinyEncoder(size: 8, seed: 2);
        byte[] fragile = FailsOn(2, encoder);
        GenerationFolder folder = new TinyGeneration { Encoder = encoder, EncoderFile = fragile, ChangeManifest = Elsewhere }.CommitTo(Models);
        await RefusedAsync(server, folder.Number, "batch of 2");
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_read_is_as_good_as_no_generation()
    {
        await using LoopServer server = await StartAsync();
        GenerationFolder folder = Sound(seed: 2).CommitTo(Models);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, GenerationFiles.Manifest), "{", Token);
        await server.Http.PostAsync($"/admin/generations/{folder.Number}/promote", null, Token).ProblemAsync(404, "generation_not_found");
        Assert.Equal(1, await server.ServingAsync());
    }

    [Fact]
    public async Task After_many_refusals_a_sound_generation_is_promoted_and_the_way_back_is_open()
    {
        await using LoopServer server = await StartAsync();
        GenerationFolder wrong = new TinyGeneration { EncoderFile = new TinyEncoder(size: 8, seed: 3).ToOnnx(), ChangeManifest = Elsewhere }.CommitTo(Models);
        for (int i = 0; i < 20; i++) await RefusedAsync(server, wrong.Number, "is not admitted");
        int sound = Sound(seed: 4).CommitTo(Models).Number;
        await server.ReachesAsync(await PromoteAsync(server, sound), "promoted");
        Assert.Equal(sound, await server.ServingAsync());
        await server.Http.PostAsync("/admin/rollback", null, Token).ReadAsync();
        Assert.Equal(1, await server.ServingAsync());
    }

    [Fact]
    public async Task A_server_that_stops_while_it_loads_a_generation_goes_on_with_it_at_its_next_start()
    {
        string run;
        await using (LoopServer server = await StartAsync())
        {
            server.AddSamples(30);
            int large = new TinyGeneration { Encoder = new TinyEncoder(size: 8, dimensions: 4000, seed: 5), ChangeManifest = Elsewhere }.CommitTo(Models).Number;
            run = await PromoteAsync(server, large);
            await server.ReachesAsync(run, "indexing");
        }
        await using LoopServer again = await LoopServer.StartAsync(_data.Path);
        await again.ReachesAsync(run, "promoted");
        Assert.Equal(2, await again.ServingAsync());
    }

    private static async Task RefusedAsync(LoopServer server, int generation, params string[] because)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(Token);
        ConcurrentBag<HttpStatusCode> readiness = [];
        Task polling = Task.Run(async () =>
        {
            do
            {
                using HttpResponseMessage ready = await server.Http.GetAsync("/health/ready", Token);
                readiness.Add(ready.StatusCode);
            }
            while (!over.IsCancellationRequested);
        }, Token);
        JsonObject run = await server.ReachesAsync(await PromoteAsync(server, generation), "failed");
        await over.CancelAsync();
        await polling;
        Assert.All(readiness, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.All([$"Generation {generation} is not admitted", .. because], part => Assert.Contains(part, (string)run["error"]!));
        Assert.Equal(1, await server.ServingAsync());
        JsonObject answer = await server.Http.PostImageAsync("/embed", Pictures.Png(200, 100, 50)).ReadAsync();
        Assert.Equal(1, (int)answer["generation"]!);
    }

    private static async Task<string> PromoteAsync(LoopServer server, int generation)
    {
        using HttpResponseMessage answer = await server.Http.PostAsync($"/admin/generations/{generation}/promote", null, Token);
        Assert.Equal(202, (int)answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private Task<LoopServer> StartAsync()
    {
        new TinyGeneration().CommitTo(_elsewhere.Path);
        return LoopServer.StartAsync(_data.Path, Path.Combine(_elsewhere.Path, "gen-000001"));
    }

    private static TinyGeneration Sound(int seed) => new() { Encoder = new TinyEncoder(size: 8, seed: seed), ChangeManifest = Elsewhere };

    private static GenerationManifest Elsewhere(GenerationManifest manifest) => manifest with { Run = "made elsewhere" };

    // Gather fails on an index outside of its data: the batch looks its size up in a table, and at one place the table leads nowhere.
    private static byte[] FailsOn(int batch, TinyEncoder encoder)
    {
        float[] table = [.. Enumerable.Range(0, 17).Select(n => n == batch ? 99f : 0f)];
        return encoder.Body(new OnnxModel().Input("image", -1, 3, 8, 8).Output("embedding", -1, 8), output: "sound")
            .Weights("table", [17], table)
            .Weights("zero", [1], [0])
            .Node("Cast", "zero", "first", [("to", Int64)])
            .Node("Shape", "image", "shape")
            .Node("Gather", "shape first", "n")
            .Node("Gather", "table n", "place")
            .Node("Cast", "place", "row", [("to", Int64)])
            .Node("Gather", "zero row", "nothing")
            .Node("Add", "sound nothing", "embedding")
            .ToBytes();
    }
}
