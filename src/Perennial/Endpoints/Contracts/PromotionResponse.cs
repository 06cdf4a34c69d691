using Perennial.Core.Generations;

namespace Perennial.Endpoints.Contracts;

/// <summary>Which generation serves now.</summary>
/// <param name="Generation">Its number.</param>
/// <param name="Previous">The one that a rollback would bring back; null when there is none.</param>
public sealed record PromotionResponse(int Generation, int? Previous)
{
    internal static PromotionResponse Of(Promotion promotion) => new(promotion.Generation, promotion.Previous);
}
