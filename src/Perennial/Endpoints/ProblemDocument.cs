using System.Text.Json.Serialization;

namespace Perennial.Endpoints;

/// <summary>An error, <c>application/problem+json</c> (RFC 9457).</summary>
public sealed record ProblemDocument
{
    /// <summary>A name for this kind of problem: <c>urn:perennial:problem:</c> and the code.</summary>
    public required string Type { get; init; }

    /// <summary>The HTTP status in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What to change, in one sentence.</summary>
    public required string Detail { get; init; }

    /// <summary>The stable code that programs branch on.</summary>
    public required string Code { get; init; }

    /// <summary>Where several images came and all were refused: why, one by one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IndexedError>? Errors { get; init; }
}
