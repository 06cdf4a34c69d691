using System.Text.Json.Nodes;
using Perennial.Background;

namespace Perennial.Endpoints.Contracts;

/// <summary>A run to be started.</summary>
public sealed record StartRunRequest
{
    /// <summary>What is to be done.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>Name of a recipe; without it, the policy's, with the serving generation's network.</summary>
    public string? Recipe { get; init; }

    /// <summary>Keys of the recipe with other values, e.g. <c>{"epochs": 5}</c>; of a finetuning: head, hidden, balanced, seed.</summary>
    public JsonObject? Overrides { get; init; }

    /// <summary>Who decides whether the new generation takes over.</summary>
    public PromotionRule Promote { get; init; }
}
