using Perennial.Access;

namespace Perennial.Endpoints;

/// <summary><c>/admin</c>: runs, generations and the policy, for keys with the scope admin.</summary>
internal static class AdminEndpoints
{
    public static IEndpointRouteBuilder MapAdmin(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder admin = routes.MapGroup("/admin").WithTags("Administration").RequireScope(Scope.Admin);
        admin.MapRuns();
        admin.MapGenerations();
        admin.MapPolicy();
        return routes;
    }
}
