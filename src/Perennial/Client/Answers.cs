using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Perennial.Client;

/// <summary>The bodies of the service's answers, each as one line of the HTTP contract.</summary>
internal static class Answers
{
    internal sealed record ItemError(string Code, string Message);

    internal sealed record AddedImage(string? Id, bool Duplicate, int Width, int Height, ItemError? Error);

    internal sealed record AddedImages(IReadOnlyList<AddedImage> Images);

    internal sealed record EmbeddedImage(int Index, float[]? Embedding, ItemError? Error);

    internal sealed record EmbeddedImages(int Generation, string Digest, int Dimensions, IReadOnlyList<EmbeddedImage> Embeddings);

    internal sealed record LabelScore(string Label, double Score);

    internal sealed record Prediction(int Index, IReadOnlyList<LabelScore>? Labels, ItemError? Error);

    internal sealed record Predictions(int Generation, string Digest, [property: JsonPropertyName("predictions")] IReadOnlyList<Prediction> Items);

    internal sealed record Hit(string Id, float Score, string? Label, JsonObject? Metadata);

    internal sealed record Hits(int Generation, string Digest, [property: JsonPropertyName("hits")] IReadOnlyList<Hit> Items);
}
