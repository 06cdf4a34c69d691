using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Continual;

/// <summary>The textbook collapse: both views are pulled together, and nothing pushes any two images apart, nor stops a gradient.</summary>
internal sealed class NoNegatives(Encoder encoder, Recipe recipe) : ISslMethod
{
    private readonly ProjectionHead _projector = new(encoder.Dimensions, recipe.ProjectionHidden, recipe.ProjectionDim);

    public IReadOnlyList<ViewParameters> Views { get; } = [recipe.Views, recipe.SecondView];

    public nn.Module Heads => _projector;

    public bool LossIsPerImage => true;

    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        Tensor z = _projector.call(encoder.Features(cat([.. views]))); // [2N, d]
        return new MethodOutputs(z.chunk(2), [], z.detach());
    }

    public Tensor Loss(MethodOutputs outputs, StepPosition at)
    {
        Tensor a = nn.functional.normalize(outputs.Trained[0], dim: 1), b = nn.functional.normalize(outputs.Trained[1], dim: 1); // [N, d] each
        return -(a * b).sum(1).mean();
    }

    public void Dispose() => _projector.Dispose();
}
