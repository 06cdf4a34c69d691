using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Contracts;

/// <summary>The state of the server.</summary>
public sealed record HealthResponse
{
    /// <summary><c>live</c> or <c>ready</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Number of the generation that serves.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Generation { get; init; }

    /// <summary>Digest of its encoder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Digest { get; init; }
}
