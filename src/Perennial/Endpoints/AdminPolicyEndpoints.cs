using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Background;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;

namespace Perennial.Endpoints;

/// <summary><c>/admin/policy</c>: how the server learns.</summary>
internal static class AdminPolicyEndpoints
{
    public static void MapPolicy(this RouteGroupBuilder admin)
    {
        admin.MapGet("/policy", (PolicyStore policies) => TypedResults.Ok(policies.Current)).TakesQuery().WithName("get_policy").WithSummary("Get the policy");
        admin.MapPut("/policy", PutAsync).TakesJson<Policy>().TakesQuery().ProducesProblems(400, 413, 415).WithName("put_policy").WithSummary("Replace the policy")
            .WithDescription("The whole document; members left out take their defaults. In force at once: for triggers, and for runs that start from now on. 400 invalid_policy names the member that cannot be, and what it may be; nothing is changed then.");
    }

    private static async Task<Ok<Policy>> PutAsync(HttpContext context, JsonBody json, PolicyStore policies)
    {
        Policy policy = await json.ReadAsync<Policy>(context);
        string[] faults = [.. PolicyFaults.Of(policy)];
        if (faults.Length > 0) throw new ProblemException(StatusCodes.Status400BadRequest, ErrorCode.InvalidPolicy, string.Join(' ', faults));
        RecipeOverrides.Load(policy.Run.Recipe, RecipeOverrides.Merge(policy.Replay.ToOverrides(), policy.Run.Overrides));
        policies.Put(policy);
        return TypedResults.Ok(policy);
    }
}
