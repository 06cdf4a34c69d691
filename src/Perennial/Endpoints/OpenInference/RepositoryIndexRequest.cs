namespace Perennial.Endpoints.OpenInference;

/// <summary>Which models are listed.</summary>
public sealed record RepositoryIndexRequest
{
    /// <summary>Only those that answer.</summary>
    public bool Ready { get; init; }
}
