using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// The slow copy of encoder and projector that gives targets: after each update its parameters move a little towards the trained ones,
/// <c>θ' ← m·θ' + (1 − m)·θ</c>. Only parameters move; the running statistics of its norm layers come from its own forward passes.
/// </summary>
/// <remarks>Sources: He et al., arXiv:1911.05722, eq. 2; Grill et al., arXiv:2006.07733, eq. 1.</remarks>
internal sealed class MomentumNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Encoder _encoder;
    private readonly nn.Module<Tensor, Tensor> _projector;

    /// <param name="encoder">Copied.</param>
    /// <param name="projector">Its weights are copied.</param>
    /// <param name="fresh">Another projector of the same shape; becomes a child.</param>
    public MomentumNetwork(Encoder encoder, nn.Module projector, nn.Module<Tensor, Tensor> fresh) : base(nameof(MomentumNetwork))
    {
        _encoder = encoder.Copy();
        _projector = fresh;
        _projector.load_state_dict(projector.state_dict());
        register_module("encoder", _encoder);
        register_module("projector", _projector);
        foreach (var parameter in parameters()) parameter.requires_grad = false;
    }

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="images">[N, 3, S, S] in [0, 1]</param>
    /// <returns>Projections [N, d], float32, without gradient.</returns>
    public override Tensor forward(Tensor images)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return _projector.call(_encoder.Features(ChannelsLast.Of(images))).to(float32).MoveToOuterDisposeScope();
    }

    /// <summary>Moves towards the trained networks.</summary>
    /// <param name="encoder">The trained encoder.</param>
    /// <param name="projector">The trained projector.</param>
    /// <param name="decay">m in [0, 1]; 1 stays.</param>
    public void Follow(Encoder encoder, nn.Module projector, double decay)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (slow, trained) in _encoder.parameters().Zip(encoder.parameters()).Concat(_projector.parameters().Zip(projector.parameters())))
            slow.mul_(decay).add_(trained, alpha: 1 - decay);
    }
}
