using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;

namespace Perennial.Endpoints;

/// <summary><c>/admin/generations</c> and <c>/admin/rollback</c>: what there is, and which of them serves.</summary>
internal static class AdminGenerationsEndpoints
{
    private static readonly QueryParameter Force = new("force", "true: promote it although the gate rejected it.") { Words = ["true", "false"], Default = "false" };

    public static void MapGenerations(this RouteGroupBuilder admin)
    {
        admin.MapGet("/generations", List).TakesQuery().WithName("list_generations").WithSummary("List generations");
        admin.MapPost("/generations/{number:int}/promote", PromoteAsync).TakesQuery(Force).ProducesProblems(404, 409, 429)
            .WithName("promote_generation").WithSummary("Promote a generation")
            .WithDescription("200 when it serves at once: it does already, or it is the one that is kept ready. Otherwise 202 and a run that indexes the corpus with it and promotes it then. "
                + "409 generation_damaged where its files are not those that were committed, 409 generation_rejected where the gate did not accept it, unless force is given.");
        admin.MapPost("/rollback", RollbackAsync).TakesQuery().ProducesProblems(409).WithName("rollback").WithSummary("Go back to the generation before")
            .WithDescription("At once: engine and vectors of the generation before are kept ready. A second rollback undoes the first. 409 nothing_to_roll_back when there is none, or when the policy's retention.keepPreviousFor is over.");
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
        GenerationFolder folder = await SoundAsync(store, number, context.RequestAborted);
        if (Force.Text(context.Request) != "true") RefuseRejected(folder);
        RunRequest request = new(RunKind.Reindex, null, [], PromotionRule.Always, folder.Number);
        RunRecord run = orchestrator.Enqueue(request, policies.Current.Limits.Queue) ?? throw AdminRunsEndpoints.QueueFull(policies.Current.Limits.Queue);
        return TypedResults.Accepted($"/admin/runs/{run.Id}", run);
    }

    private static async Task<Ok<PromotionResponse>> RollbackAsync(HttpContext context, Rollout rollout, PromotionRecord record)
    {
        if (await rollout.RollbackAsync(null, context.RequestAborted) is { } promotion) return TypedResults.Ok(PromotionResponse.Of(promotion));
        string remedy = record.Current?.Previous is { } previous
            ? $"generation {previous} served before, but is not kept ready any more: POST /admin/generations/{previous}/promote embeds the corpus with it again and brings it back."
            : "POST /admin/generations/{n}/promote brings any other one back.";
        throw new ProblemException(StatusCodes.Status409Conflict, ErrorCode.NothingToRollBack, $"No generation is kept ready to go back to; {remedy}");
    }

    /// <summary>The generation, every file of it with the digest that its manifest states.</summary>
    private static async Task<GenerationFolder> SoundAsync(GenerationStore store, int number, CancellationToken cancellationToken)
    {
        try
        {
            GenerationFolder folder = (number < 1 ? null : store.Find(number))
                ?? throw new ProblemException(StatusCodes.Status404NotFound, ErrorCode.GenerationNotFound, $"There is no generation {number}; GET /admin/generations lists those that there are.");
            await Task.Run(folder.Verify, cancellationToken);
            return folder;
        }
        catch (GenerationException)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, ErrorCode.GenerationDamaged,
                $"The files of generation {number} are not those that were committed: restore its folder from a backup, or promote another generation.");
        }
    }

    private static void RefuseRejected(GenerationFolder folder)
    {
        string path = Path.Combine(folder.Path, GenerationFiles.Evaluation);
        if (!folder.Has(GenerationFiles.Evaluation) || !File.Exists(path)) return;
        Verdict verdict = EvaluationReport.Read(path).Verdict;
        if (!verdict.Accepted)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, ErrorCode.GenerationRejected,
                $"The gate rejected generation {folder.Number}: {string.Join(' ', verdict.Reasons)} Add ?force=true to promote it all the same.");
        }
    }
}
