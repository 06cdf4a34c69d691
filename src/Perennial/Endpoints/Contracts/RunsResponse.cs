using Perennial.Background;

namespace Perennial.Endpoints.Contracts;

/// <summary>Runs, newest first.</summary>
public sealed record RunsResponse(IReadOnlyList<RunRecord> Runs);
