using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;

namespace Perennial.Endpoints;

/// <summary><c>/admin/generations</c> and <c>/admin/rollback</c>: what there is, and which of them serves.</summary>
internal static class AdminGenerationsEndpoints
{
    public static void MapGenerations(this RouteGroupBuilder admin)
    {
        admin.MapGet("/generations", List).TakesQuery().WithName("list_generations").WithSummary("List generations");
        admin.MapPost("/generations/{number:int}/promote", PromoteAsync).TakesQuery().ProducesProblems(404, 429)
            .WithName("promote_generation").WithSummary("Promote a generation")
            .WithDescription("200 when it serves at once: it does already, or it is the one that is kept ready. Otherwise 202 and a run that indexes the corpus with it and promotes it then.");
        admin.MapPost("/rollback", RollbackAsync).TakesQuery().ProducesProblems(409).WithName("rollback").WithSummary("Go back to the generation before")
            .WithDescription("At once: engine and vectors of the generation before are kept ready. A second rollback undoes the first. 409 nothing_to_roll_back when there is none.");
    }

    private static Ok<GenerationsResponse> List(GenerationStore store, Rollout rollout)
    {
        StagedGeneration? serving = rollout.Current, retained = rollout.Retained;
        return TypedResults.Ok(new GenerationsResponse(serving?.Number, retained?.Number,
            [.. store.List().Select(folder => GenerationResponse.Of(folder, serving, retained))]));
    }

    private static async Task<Results<Ok<PromotionResponse>, Accepted<RunRecord>>> PromoteAsync(
        int number, HttpContext context, GenerationStore store, Rollout rollout, RunOrchestrator orchestrator, PolicyStore policies)
    {
        if (rollout.Current?.Number == number) return TypedResults.Ok(new PromotionResponse(number, rollout.Retained?.Number));
        if (rollout.Retained?.Number == number && await rollout.RollbackAsync(number, context.RequestAborted) is { } promotion)
            return TypedResults.Ok(PromotionResponse.Of(promotion));
        if (number < 1 || Find(store, number) is not { } folder)
            throw new ProblemException(StatusCodes.Status404NotFound, ErrorCode.GenerationNotFound, $"There is no generation {number} that could serve.");
        RunRequest request = new(RunKind.Reindex, null, [], PromotionRule.Always, folder.Number);
        RunRecord run = orchestrator.Enqueue(request, policies.Current.Limits.Queue) ?? throw AdminRunsEndpoints.QueueFull(policies.Current.Limits.Queue);
        return TypedResults.Accepted($"/admin/runs/{run.Id}", run);
    }

    private static async Task<Ok<PromotionResponse>> RollbackAsync(HttpContext context, Rollout rollout) =>
        await rollout.RollbackAsync(null, context.RequestAborted) is { } promotion
            ? TypedResults.Ok(PromotionResponse.Of(promotion))
            : throw new ProblemException(StatusCodes.Status409Conflict, ErrorCode.NothingToRollBack, "No generation is kept ready to go back to; POST /admin/generations/{n}/promote brings any other one back.");

    private static GenerationFolder? Find(GenerationStore store, int number)
    {
        try
        {
            return store.Find(number);
        }
        catch (GenerationException)
        {
            return null; // damaged: as good as absent
        }
    }
}
