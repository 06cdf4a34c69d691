using System.Text.Json.Serialization;

namespace Perennial.Endpoints.OpenAi;

/// <summary>A model that can be named in a call.</summary>
/// <param name="Id">"encoder", or the digest of the serving embedding space.</param>
/// <param name="Object">"model".</param>
/// <param name="Created">When its generation was committed, seconds since 1970.</param>
/// <param name="OwnedBy">"perennial".</param>
public sealed record OpenAiModel(string Id, string Object, long Created, [property: JsonPropertyName("owned_by")] string OwnedBy);
