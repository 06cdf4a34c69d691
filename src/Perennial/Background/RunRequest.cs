using System.Text.Json.Nodes;

namespace Perennial.Background;

/// <summary>A run that has passed validation and may be queued.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Recipe">Name of the recipe; null for a reindex.</param>
/// <param name="Overrides">Keys of the recipe with other values.</param>
/// <param name="Promote">Who decides on promotion.</param>
/// <param name="Generation">Reindex alone: the generation to be brought level and then promoted; null for the serving one.</param>
internal sealed record RunRequest(RunKind Kind, string? Recipe, JsonObject Overrides, PromotionRule Promote, int? Generation = null);
