namespace Perennial.Endpoints.Contracts;

/// <summary>The label that an image shall have.</summary>
public sealed record LabelRequest
{
    /// <summary>1 to 200 characters; null takes the label away.</summary>
    public required string? Label { get; init; }
}
