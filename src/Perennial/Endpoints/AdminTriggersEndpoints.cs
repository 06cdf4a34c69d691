using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Background.Triggers;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;

namespace Perennial.Endpoints;

/// <summary><c>/admin/triggers</c> and <c>/admin/decisions</c>: when the server learns by itself, and why it did or did not.</summary>
internal static class AdminTriggersEndpoints
{
    private const int UsualDecisions = 50;

    private static readonly QueryParameter Limit = new("limit", "How many decisions to list, the newest ones.") { Range = (1, DecisionStore.Most), Default = "50" };

    public static void MapTriggers(this RouteGroupBuilder admin)
    {
        admin.MapGet("/triggers", (TriggerSurvey survey) => TypedResults.Ok(TriggersResponse.Of(survey.Facts()))).TakesQuery()
            .WithName("get_triggers").WithSummary("See what would start a run next")
            .WithDescription("What each trigger of the policy measures and from which value on it asks for a run, what speaks against one now, the next scheduled time, missing images, rest of the pause and of the day's minutes.");
        admin.MapGet("/decisions", List).TakesQuery(Limit)
            .WithName("list_decisions").WithSummary("List decisions, newest first")
            .WithDescription("Every decision on whether to learn, also not to, with its figures. Decisions in a row that only differ in their figures are one, with the newest figures; the last 1000 are kept.");
    }

    private static Ok<DecisionsResponse> List(HttpContext context, DecisionStore decisions) =>
        TypedResults.Ok(new DecisionsResponse(decisions.List(Limit.Number(context.Request) ?? UsualDecisions)));
}
