using Perennial.Background.Triggers;

namespace Perennial.Endpoints.Contracts;

/// <summary>Decisions on whether to learn, newest first.</summary>
public sealed record DecisionsResponse(IReadOnlyList<Decision> Decisions);
