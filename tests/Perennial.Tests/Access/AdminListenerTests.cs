using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Perennial.Access;
using Perennial.Tests.Server;

namespace Perennial.Tests.Access;

public sealed class AdminListenerTests
{
    [Fact]
    public async Task With_a_listener_of_its_own_admin_is_unknown_to_the_public_one()
    {
        await using LiveServer server = await LiveServer.StartAsync([("Admin:Urls", "http://127.0.0.1:0")], map: MapAdmin);
        using HttpClient admin = new() { BaseAddress = new Uri(server.Urls[1]) };
        await server.Http.GetAsync("/admin/test", TestContext.Current.CancellationToken).ProblemAsync(404, "not_found");
        Assert.Equal("secret", await admin.GetStringAsync("/admin/test", TestContext.Current.CancellationToken));
        Assert.Equal(200, (int)(await admin.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Without_one_it_is_on_the_public_listener()
    {
        await using LiveServer server = await LiveServer.StartAsync([], map: MapAdmin);
        Assert.Equal("secret", await server.Http.GetStringAsync("/admin/test", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_does_not_say_who_may_call_it_is_for_admins()
    {
        await using LiveServer server = await LiveServer.StartAsync(
            [("Perennial:Keys:0:Name", "app"), ("Perennial:Keys:0:Key", "infer-0123456789abcdef"), ("Perennial:Keys:0:Scopes:0", "infer")], map: routes => routes.MapGet("/forgotten", () => "secret"));
        using HttpRequestMessage request = new(HttpMethod.Get, "/forgotten");
        request.Headers.Add("X-API-Key", "infer-0123456789abcdef");
        await server.Http.SendAsync(request, TestContext.Current.CancellationToken).ProblemAsync(403, "forbidden");
    }

    private static void MapAdmin(IEndpointRouteBuilder routes) => routes.MapGet("/admin/test", () => "secret").RequireScope(Scope.Admin);
}
