using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Continual;

/// <summary>
/// Any method, with a further term: from the features that the encoder makes of the views, a predictor must foretell those that the previous encoder made of
/// them, which stands still (<see cref="DistillationLoss"/>). The new encoder may learn more than the old one, but must not lose what can be foretold of it;
/// the predictor lets it use other axes for it. Costs a forward pass of the old encoder.
/// </summary>
/// <remarks>Sources: CaSSLe, arXiv:2112.04215, figure 2; PFR, arXiv:2112.15022, figure 1.</remarks>
internal sealed class Distilled : ISslMethod
{
    private const string Inner = "method";

    private readonly ISslMethod _method;
    private readonly Encoder _previous;
    private readonly ProjectionHead _predictor;
    private readonly MethodHeads _heads;
    private readonly DistillationLoss _loss;
    private int _terms; // the same for every batch of a method

    /// <param name="method">Becomes part of this one.</param>
    /// <param name="encoder">As the previous one left it; copied.</param>
    /// <param name="recipe">Kind, weight and width.</param>
    public Distilled(ISslMethod method, Encoder encoder, Recipe recipe)
    {
        _method = method;
        _previous = encoder.Copy();
        _previous.eval();
        foreach (var parameter in _previous.parameters()) parameter.requires_grad = false;
        ChannelsLast.Convert(_previous);
        _predictor = new ProjectionHead(encoder.Dimensions, recipe.DistillationHidden, encoder.Dimensions);
        _heads = new MethodHeads((Inner, method.Heads), ("distillation", _predictor));
        _loss = new DistillationLoss(recipe);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views => _method.Views;

    /// <inheritdoc/>
    public nn.Module Heads => _heads;

    /// <inheritdoc/>
    public bool LossIsPerImage => _method.LossIsPerImage && _loss.IsPerImage;

    /// <summary>None: the term that is added hides it.</summary>
    public double? LossOfCollapse => null;

    /// <inheritdoc/>
    public bool KeepsPeakRate(string head) => head.StartsWith(Inner + ".", StringComparison.Ordinal) && _method.KeepsPeakRate(head[(Inner.Length + 1)..]);

    /// <inheritdoc/>
    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        var tap = new FeatureTap();
        MethodOutputs own = _method.Outputs(encoder, views, at with { Tap = tap });
        long n = views[0].shape[0], size = views[0].shape[3];
        List<Tensor> predicted = [], old = [];
        foreach ((Tensor images, Tensor features) in tap.Seen.Where(seen => seen.Images.shape[3] == size)) // the whole images, not the small crops
        {
            predicted.AddRange(at.Through(_predictor, features).split(n));          // [N, D] each
            old.AddRange(Previous(images, at).split(n));                          // [N, D] each
        }
        _terms = predicted.Count;
        return own with { Trained = [.. own.Trained, .. predicted], Targets = [.. own.Targets, .. old] };
    }

    /// <inheritdoc/>
    public Tensor Loss(MethodOutputs outputs, StepPosition at)
    {
        (MethodOutputs own, Tensor[] predicted, Tensor[] old) = Split(outputs);
        return _method.Loss(own, at) + predicted.Zip(old, _loss.Forward).Aggregate((sum, view) => sum + view) / predicted.Length;
    }

    /// <inheritdoc/>
    public void BeforeUpdate(StepPosition at) => _method.BeforeUpdate(at);

    /// <inheritdoc/>
    public void Updated(Encoder encoder, MethodOutputs outputs, StepPosition at) => _method.Updated(encoder, Split(outputs).Own, at);

    /// <inheritdoc/>
    public void Dispose()
    {
        _heads.Dispose(); // with the method's own
        _previous.Dispose();
    }

    private Tensor Previous(Tensor images, StepPosition at)
    {
        using var noGradient = no_grad();
        using var autocast = at.Precision.Begin();
        return _previous.Features(ChannelsLast.Of(images)).to(float32); // [M, D]
    }

    // One prediction and one old feature for each whole view that the method projected.
    private (MethodOutputs Own, Tensor[] Predicted, Tensor[] Old) Split(MethodOutputs outputs) => (
        outputs with { Trained = [.. outputs.Trained.SkipLast(_terms)], Targets = [.. outputs.Targets.SkipLast(_terms)] },
        [.. outputs.Trained.TakeLast(_terms)], [.. outputs.Targets.TakeLast(_terms)]);
}
