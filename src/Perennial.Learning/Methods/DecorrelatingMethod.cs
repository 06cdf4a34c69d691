using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// Barlow Twins and VICReg: one network, two views, a wide expander, and a loss that makes the views agree while it keeps the dimensions apart.
/// They differ in the loss alone.
/// </summary>
/// <remarks>Sources: Zbontar et al., arXiv:2103.03230, algorithm 1; Bardes, Ponce, LeCun, arXiv:2105.04906, algorithm 1.</remarks>
public sealed class DecorrelatingMethod : ISslMethod
{
    private readonly ProjectionHead _expander;
    private readonly Func<Tensor, Tensor, Tensor> _loss;

    private DecorrelatingMethod(Encoder encoder, Recipe recipe, Func<Tensor, Tensor, Tensor> loss)
    {
        _expander = new ProjectionHead([encoder.Dimensions, .. Enumerable.Repeat(recipe.ProjectionHidden, recipe.ProjectionLayers - 1), recipe.ProjectionDim], HeadNorm.Hidden, outputBias: false);
        _loss = loss;
        Views = [recipe.Views, recipe.SecondView];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views { get; }

    /// <inheritdoc/>
    public nn.Module Heads => _expander;

    /// <inheritdoc/>
    public bool LossIsPerImage => false;

    /// <summary>The cross-correlation of the views becomes the identity.</summary>
    public static DecorrelatingMethod BarlowTwins(Encoder encoder, Recipe recipe) => new(encoder, recipe, new BarlowTwinsLoss(recipe.OffDiagonalWeight).Forward);

    /// <summary>Invariance, variance of each dimension, no covariance between them.</summary>
    public static DecorrelatingMethod VICReg(Encoder encoder, Recipe recipe) =>
        new(encoder, recipe, new VICRegLoss(recipe.InvarianceWeight, recipe.VarianceWeight, recipe.CovarianceWeight).Forward);

    /// <inheritdoc/>
    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        Tensor z1 = at.Project(encoder, _expander, views[0]), z2 = at.Project(encoder, _expander, views[1]); // [N, d] each
        return new MethodOutputs([z1, z2], [], cat([z1, z2]).detach());
    }

    /// <inheritdoc/>
    public Tensor Loss(MethodOutputs outputs, StepPosition at) => _loss(outputs.Trained[0], outputs.Trained[1]);

    /// <inheritdoc/>
    public void Dispose() => _expander.Dispose();
}
