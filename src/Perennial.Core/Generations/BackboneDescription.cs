namespace Perennial.Core.Generations;

/// <summary>The network that a generation's weights fit into.</summary>
/// <param name="Name">"resnet10", "resnet18", "resnet34", ...</param>
/// <param name="Width">Channels of the first stage; 64 is torchvision's.</param>
/// <param name="Stem">"small" (3x3, stride 1, no pooling: for images up to 64 px) or "imagenet" (7x7, stride 2, max pooling).</param>
public sealed record BackboneDescription(string Name, int Width, string Stem);
