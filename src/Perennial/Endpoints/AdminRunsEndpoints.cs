using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Background;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;

namespace Perennial.Endpoints;

/// <summary><c>/admin/runs</c>: start, watch and cancel what learns.</summary>
internal static class AdminRunsEndpoints
{
    private const int UsualRuns = 50;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(60);
    private static readonly QueryParameter Limit = new("limit", "How many runs to list, the newest ones.") { Range = (1, 1000), Default = "50" };

    public static void MapRuns(this RouteGroupBuilder admin)
    {
        admin.MapPost("/runs", StartAsync).TakesJson<StartRunRequest>().TakesQuery().ProducesProblems(400, 409, 413, 415, 422, 429)
            .WithName("start_run").WithSummary("Start a run")
            .WithDescription("Queues a pretraining, a finetuning or a reindex; one runs at a time. A pretraining without a recipe takes the policy's, with the serving generation's network.");
        admin.MapGet("/runs", List).TakesQuery(Limit).WithName("list_runs").WithSummary("List runs, newest first");
        admin.MapGet("/runs/{id}", Find).TakesQuery().ProducesProblems(404).WithName("get_run").WithSummary("Get a run");
        admin.MapGet("/runs/{id}/events", RunEventStream.WriteAsync).TakesQuery().ProducesProblems(400, 404).Produces(200, contentType: "text/event-stream")
            .WithName("watch_run").WithSummary("Watch a run")
            .WithDescription("Server-sent events: state, progress, note and verdict, from the first on or after Last-Event-ID; ends when the run has ended.");
        admin.MapPost("/runs/{id}/cancel", Cancel).TakesQuery().ProducesProblems(404, 409).WithName("cancel_run").WithSummary("Cancel a run")
            .WithDescription("Asks the run to end; its state becomes cancelled within moments. 409 run_finished when it has ended otherwise.");
    }

    private static async Task<Accepted<RunRecord>> StartAsync(HttpContext context, JsonBody json, RunAdmission admission, RunOrchestrator orchestrator, PolicyStore policies)
    {
        StartRunRequest request = await json.ReadAsync<StartRunRequest>(context);
        RunRequest run = admission.Admit(request.Kind, request.Recipe, request.Overrides ?? [], request.Promote);
        RunRecord queued = orchestrator.Enqueue(run, policies.Current.Limits.Queue) ?? throw QueueFull(policies.Current.Limits.Queue);
        return TypedResults.Accepted($"/admin/runs/{queued.Id}", queued);
    }

    private static Ok<RunsResponse> List(HttpContext context, RunStore store) => TypedResults.Ok(new RunsResponse(store.List(Limit.Number(context.Request) ?? UsualRuns)));

    private static Ok<RunRecord> Find(string id, RunStore store) => TypedResults.Ok(store.Find(id) ?? throw Unknown());

    private static Accepted<RunRecord> Cancel(string id, RunStore store, RunOrchestrator orchestrator)
    {
        RunRecord run = store.Find(id) ?? throw Unknown();
        if (!orchestrator.Cancel(run))
            throw new ProblemException(StatusCodes.Status409Conflict, ErrorCode.RunFinished, $"The run has ended already: it is {store.Find(id)!.State.Name()}.");
        return TypedResults.Accepted($"/admin/runs/{id}", store.Find(id));
    }

    public static ProblemException Unknown() => new(StatusCodes.Status404NotFound, ErrorCode.RunNotFound, "There is no run with this id.");

    public static ProblemException QueueFull(int limit) => ProblemException.Overloaded($"{limit} runs are waiting already; let one finish or cancel one.", RetryAfter);
}
