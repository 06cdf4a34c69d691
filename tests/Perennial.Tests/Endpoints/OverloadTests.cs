using Perennial.Inference.Batching;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed class OverloadTests
{
    [Theory]
    [InlineData("/embed"), InlineData("/classify"), InlineData("/search")]
    public async Task With_every_place_in_the_queue_taken_a_request_is_refused_at_once(string call)
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration { Classifier = new TinyClassifier() }, ("Perennial:Batching:Permits", "2"));
        using (server.Pair.Embedder.Reserve(RequestClass.Interactive, 2))
        {
            using HttpResponseMessage refused = await server.Http.PostImageAsync(call, Pictures.Png(1, 2, 3));
            await Task.FromResult(refused).ProblemAsync(429, "overloaded");
            Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
            await server.Http.PostImageAsync("/images", Pictures.Png(1, 2, 3)).ReadAsync(201);
        }
        await server.Http.PostImageAsync(call, Pictures.Png(1, 2, 3)).ReadAsync();
    }

    [Fact]
    public async Task With_the_memory_for_bodies_taken_a_request_is_refused_before_its_body_is_read()
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration(), ("Perennial:Limits:MaxRequestBytes", "100000"), ("Perennial:Limits:MaxBytesInFlight", "150000"));
        using SlowBody slow = new(length: 100_000);
        Task<HttpResponseMessage> first = server.Http.PostAsync("/embed", slow, TestContext.Current.CancellationToken);
        await server.ReceivingAsync();

        using HttpResponseMessage refused = await server.Http.PostImageAsync("/embed", new byte[60_000]);
        await Task.FromResult(refused).ProblemAsync(429, "overloaded");
        Assert.NotNull(refused.Headers.RetryAfter);

        slow.Finish();
        await first.ProblemAsync(422, "unsupported_image");
        await server.Http.PostImageAsync("/embed", new byte[60_000]).ProblemAsync(422, "unsupported_image");
    }
}
