using System.ComponentModel.DataAnnotations;
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
            .WithDescription("The whole document; members left out take their defaults. In force at once, for runs that start from now on.");
    }

    private static async Task<Ok<Policy>> PutAsync(HttpContext context, JsonBody json, PolicyStore policies)
    {
        Policy policy = await json.ReadAsync<Policy>(context);
        foreach (object part in new object[] { policy.Run, policy.Gate, policy.Limits }) Validate(part);
        RecipeOverrides.Load(policy.Run.Recipe, policy.Run.Overrides);
        policies.Put(policy);
        return TypedResults.Ok(policy);
    }

    private static void Validate(object part)
    {
        List<ValidationResult> faults = [];
        if (!Validator.TryValidateObject(part, new ValidationContext(part), faults, validateAllProperties: true))
            throw new ProblemException(StatusCodes.Status400BadRequest, ErrorCode.InvalidPolicy, string.Join(' ', faults.Select(fault => fault.ErrorMessage)));
    }
}
