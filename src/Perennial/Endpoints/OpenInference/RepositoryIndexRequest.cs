using System.Text.Json.Serialization;

namespace Perennial.Endpoints.OpenInference;

/// <summary>Which models are listed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record RepositoryIndexRequest
{
    /// <summary>Only those that answer.</summary>
    public bool Ready { get; init; }
}
