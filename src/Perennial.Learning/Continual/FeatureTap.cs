using static TorchSharp.torch;

namespace Perennial.Learning.Continual;

/// <summary>Collects what the encoder makes of the images while a method projects them, so that a further term can use it without a second pass.</summary>
internal sealed class FeatureTap
{
    private readonly List<(Tensor Images, Tensor Features)> _seen = [];

    /// <summary>Images [M, 3, S, S] and their features [M, D], with the gradient, in the order in which they went through.</summary>
    public IReadOnlyList<(Tensor Images, Tensor Features)> Seen => _seen;

    public void Add(Tensor images, Tensor features) => _seen.Add((images, features));
}
