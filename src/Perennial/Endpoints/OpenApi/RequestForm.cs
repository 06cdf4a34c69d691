namespace Perennial.Endpoints.OpenApi;

/// <summary>Metadata of an endpoint: the body that it takes. It is read by hand (bounded, with item errors), so the framework cannot see it.</summary>
/// <param name="Json">The record that a JSON body is.</param>
/// <param name="Images">Whether images also come raw and as multipart/form-data.</param>
internal sealed record RequestForm(Type Json, bool Images);
