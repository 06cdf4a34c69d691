namespace Perennial.Endpoints.OpenApi;

/// <summary>Metadata of an endpoint: 200 is an image.</summary>
internal sealed record ImageAnswer;
