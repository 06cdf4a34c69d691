using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Continual;

/// <summary>A method that gets one pixel that is not a number, at one step.</summary>
internal sealed class BrokenViews(ISslMethod method, long step, float value) : ISslMethod
{
    public IReadOnlyList<ViewParameters> Views => method.Views;

    public nn.Module Heads => method.Heads;

    public bool LossIsPerImage => method.LossIsPerImage;

    public double? LossOfCollapse => method.LossOfCollapse;

    public bool KeepsPeakRate(string head) => method.KeepsPeakRate(head);

    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        if (at.Step == step) views[0][0, 1, 3, 4] = value;
        return method.Outputs(encoder, views, at);
    }

    public Tensor Loss(MethodOutputs outputs, StepPosition at) => method.Loss(outputs, at);

    public void BeforeUpdate(StepPosition at) => method.BeforeUpdate(at);

    public void Updated(Encoder encoder, MethodOutputs outputs, StepPosition at) => method.Updated(encoder, outputs, at);

    public void Dispose() => method.Dispose();
}
