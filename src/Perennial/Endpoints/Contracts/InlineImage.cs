namespace Perennial.Endpoints.Contracts;

/// <summary>An image inside a JSON body.</summary>
public sealed record InlineImage
{
    /// <summary>The image in base64, or a data: URI with base64. Addresses are not fetched.</summary>
    public required ImageData Data { get; init; }
}
