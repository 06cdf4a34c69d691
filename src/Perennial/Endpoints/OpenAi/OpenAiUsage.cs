using System.Text.Json.Serialization;

namespace Perennial.Endpoints.OpenAi;

/// <summary>Tokens, of which images have none.</summary>
public sealed record OpenAiUsage([property: JsonPropertyName("prompt_tokens")] int PromptTokens, [property: JsonPropertyName("total_tokens")] int TotalTokens);
