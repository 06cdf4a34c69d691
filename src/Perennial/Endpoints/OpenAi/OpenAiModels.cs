namespace Perennial.Endpoints.OpenAi;

/// <summary>The models that serve.</summary>
/// <param name="Object">"list".</param>
/// <param name="Data">The encoder under both of its names.</param>
public sealed record OpenAiModels(string Object, IReadOnlyList<OpenAiModel> Data);
