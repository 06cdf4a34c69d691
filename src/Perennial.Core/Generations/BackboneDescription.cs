using System.Text.Json.Serialization;

namespace Perennial.Core.Generations;

/// <summary>The network that a generation's weights fit into.</summary>
/// <param name="Name">"resnet10", "resnet18", "resnet34", "resnet50", "vit_tiny", "vit_small" or "vit_base".</param>
/// <param name="Width">Channels of a ResNet's first stage, or of each attention head of a ViT; 64 is the usual network of both.</param>
/// <param name="Stem">
/// "small" (3x3, stride 1, no pooling: for images up to 64 px) or "imagenet" (7x7, stride 2, max pooling) in a ResNet; "patch" in a ViT.
/// </param>
public sealed record BackboneDescription(string Name, int Width, string Stem)
{
    /// <summary>Side of a ViT's patches in pixels; null in a ResNet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PatchSize { get; init; }

    /// <summary>Side of the images that a ViT's position embeddings belong to, in pixels; null in a ResNet, which takes any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ImageSize { get; init; }

    /// <summary>In words: "resnet18 of width 64 with the small stem", "vit_tiny of width 64 with 4 px patches of 32 px images".</summary>
    public override string ToString() =>
        $"{Name} of width {Width} with {(PatchSize is { } patch ? $"{patch} px patches of {ImageSize} px images" : $"the {Stem} stem")}";
}
