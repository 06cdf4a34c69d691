using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// SimCLR: two views of each image go through encoder f and projection head g; the two projections of one image must find each other
/// among all others of the batch (<see cref="NTXentLoss"/>). Both views go through the network as one batch of 2N, so batch norm
/// sees them together.
/// </summary>
/// <remarks>Source: Chen, Kornblith, Norouzi, Hinton, "A Simple Framework for Contrastive Learning of Visual Representations", arXiv:2002.05709, algorithm 1.</remarks>
public sealed class SimClr : ISslMethod
{
    private readonly ProjectionHead _projector;
    private readonly NTXentLoss _loss;

    /// <param name="features">D, length of the encoder's features.</param>
    /// <param name="hidden">Hidden width of the head.</param>
    /// <param name="dimension">d, length of a projection.</param>
    /// <param name="temperature">τ of the loss.</param>
    /// <param name="views">Both views are drawn alike.</param>
    public SimClr(int features, int hidden, int dimension, double temperature, ViewParameters views)
    {
        _projector = new ProjectionHead(features, hidden, dimension);
        _loss = new NTXentLoss(temperature);
        Views = [views, views];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views { get; }

    /// <inheritdoc/>
    public nn.Module Heads => _projector;

    /// <inheritdoc/>
    public MethodStep Step(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        long n = views[0].shape[0];
        Tensor z;
        using (at.Precision.Begin())
        {
            Tensor h = encoder.Features(ChannelsLast.Of(cat([.. views]))); // [2N, D]
            z = _projector.call(h);                                        // [2N, d]
        }
        z = z.to(float32);
        return new MethodStep(_loss.Forward(z.narrow(0, 0, n), z.narrow(0, n, n)), z.detach());
    }

    /// <inheritdoc/>
    public void Dispose() => _projector.Dispose();
}
