using Perennial.Core.Images;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// What a generation serves: pixels in [0, 1] in, unit vectors out. Mean and standard deviation and the L2 normalisation are inside,
/// so that no caller can get them wrong. Cosine similarity of two embeddings is their dot product.
/// </summary>
public sealed class Encoder : Module<Tensor, Tensor>
{
    /// <param name="backbone">Becomes a child: disposed with the encoder.</param>
    /// <param name="preprocessing">Its mean and standard deviation are applied here; its size is the caller's business.</param>
    public Encoder(Backbone backbone, Preprocessing preprocessing) : base(nameof(Encoder))
    {
        Backbone = backbone;
        Preprocessing = preprocessing;
        register_module("backbone", backbone);
        register_buffer("mean", PerChannel(preprocessing.Mean), persistent: false);
        register_buffer("std", PerChannel(preprocessing.Std), persistent: false);
    }

    public Backbone Backbone { get; }
    public Preprocessing Preprocessing { get; }

    /// <summary>D, the length of an embedding.</summary>
    public int Dimensions => Backbone.Features;

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="input">[N, 3, H, W], RGB in [0, 1]</param>
    /// <returns>[N, D], each row of length 1</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return functional.normalize(Features(input).to(float32), p: 2, dim: 1).MoveToOuterDisposeScope(); // [N, D]
    }

    /// <summary>The backbone's features before L2 normalisation: what a projection head is trained on.</summary>
    /// <param name="input">[N, 3, H, W], RGB in [0, 1]</param>
    /// <returns>[N, D]</returns>
    public Tensor Features(Tensor input)
    {
        using var scope = NewDisposeScope();
        var normalised = input.sub(get_buffer("mean")!).div_(get_buffer("std")!); // [N, 3, H, W]
        return Backbone.call(normalised).MoveToOuterDisposeScope();             // [N, D]
    }

    /// <summary>Another encoder with the same weights and statistics.</summary>
    public Encoder Copy()
    {
        var copy = new Encoder(Networks.Backbone.Create(Backbone.Description), Preprocessing);
        copy.Backbone.load_state_dict(Backbone.state_dict());
        return copy;
    }

    private static Tensor PerChannel(float[] values) => tensor(values, [1, 3, 1, 1]).DetachFromDisposeScope();
}
