using System.Text.Json.Nodes;

namespace Perennial.Endpoints.Contracts;

/// <summary>An image for the corpus inside a JSON body.</summary>
public sealed record NewImage
{
    /// <inheritdoc cref="InlineImage.Data"/>
    public required ImageData Data { get; init; }

    /// <summary>Its label, 1 to 200 characters; null takes that of the query.</summary>
    public string? Label { get; init; }

    /// <summary>A JSON object of at most 16 KiB; null takes that of the query.</summary>
    public JsonObject? Metadata { get; init; }
}
