using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Hosting;

public sealed class ShutdownTests
{
    [Fact]
    public async Task A_request_that_has_begun_is_answered_before_the_server_stops()
    {
        LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration());
        using SlowBody slow = new(length: 4000);
        Task<HttpResponseMessage> call = server.Http.PostAsync("/embed", slow, TestContext.Current.CancellationToken);
        await server.ReceivingAsync();
        Task stopped = server.Services.GetRequiredService<IHost>().StopAsync(TestContext.Current.CancellationToken);
        slow.Finish();
        await call.ProblemAsync(422, "unsupported_image");
        await stopped;
        await server.DisposeAsync();
    }
}
