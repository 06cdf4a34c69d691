using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// SimCLR: two views of each image go through encoder f and projection head g; the two projections of one image must find each other
/// among all others of the batch (<see cref="NTXentLoss"/>). Both views go through the network as one batch of 2N, so batch norm
/// sees them together.
/// </summary>
/// <remarks>Source: Chen, Kornblith, Norouzi, Hinton, "A Simple Framework for Contrastive Learning of Visual Representations", arXiv:2002.05709, algorithm 1.</remarks>
public sealed class SimClr(Encoder encoder, Recipe recipe) : ISslMethod
{
    private readonly ProjectionHead _projector = new(encoder.Dimensions, recipe.ProjectionHidden, recipe.ProjectionDim);
    private readonly NTXentLoss _loss = new(recipe.Temperature);

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views { get; } = [recipe.Views, recipe.SecondView];

    /// <inheritdoc/>
    public nn.Module Heads => _projector;

    /// <inheritdoc/>
    public bool LossIsPerImage => false;

    /// <inheritdoc/>
    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        Tensor z = at.Project(encoder, _projector, cat([.. views])); // [2N, d]
        return new MethodOutputs(z.chunk(2), [], z.detach());
    }

    /// <inheritdoc/>
    public Tensor Loss(MethodOutputs outputs, StepPosition at) => _loss.Forward(outputs.Trained[0], outputs.Trained[1]);

    /// <inheritdoc/>
    public void Dispose() => _projector.Dispose();
}
