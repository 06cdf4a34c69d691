using Perennial.Learning.Networks;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// A self-supervised method: which views it wants, which modules it trains beside the encoder, what the networks make of the views and what that costs.
/// What the trainer does around it (order, rate, accumulation, checkpoints) is the same for all.
/// </summary>
public interface ISslMethod : IDisposable
{
    /// <summary>How each view of an image is drawn, in the order in which <see cref="Outputs"/> takes them.</summary>
    IReadOnlyList<ViewParameters> Views { get; }

    /// <summary>
    /// All that the method has beside the encoder: heads, momentum networks, queues. Its parameters and buffers are kept in checkpoints and thrown away at
    /// the end; those parameters that want a gradient are trained with the encoder.
    /// </summary>
    nn.Module Heads { get; }

    /// <summary>
    /// Whether the loss is a mean over images, none of which knows of the others in the batch. Then gradients of small batches add up to that of a large
    /// one; else the loss must see the large batch as a whole.
    /// </summary>
    bool LossIsPerImage { get; }

    /// <summary>The loss that the method settles at when it has collapsed to the same answer for all images; null where none is telling.</summary>
    double? LossOfCollapse => null;

    /// <summary>Whether a parameter of <see cref="Heads"/> learns at the peak rate throughout.</summary>
    bool KeepsPeakRate(string head) => false;

    /// <summary>One forward pass. Changes nothing but the running statistics of norm layers.</summary>
    /// <param name="encoder">The network that is kept.</param>
    /// <param name="views">One tensor [N, 3, S, S] in [0, 1] for each of <see cref="Views"/>.</param>
    /// <param name="at">Where the run is, and the precision within which the networks run; what comes out is float32.</param>
    MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at);

    /// <summary>What the outputs cost: a scalar with a gradient, float32. Changes nothing.</summary>
    Tensor Loss(MethodOutputs outputs, StepPosition at);

    /// <summary>Called when the gradients are there and before the optimizer takes them: the place to hold a layer still.</summary>
    void BeforeUpdate(StepPosition at) { }

    /// <summary>Called after the optimizer has changed the weights: the place for a momentum network to follow them and for a queue to move on.</summary>
    /// <param name="encoder">The network that is kept.</param>
    /// <param name="outputs">Of the whole step, detached.</param>
    /// <param name="at">The step that was done.</param>
    void Updated(Encoder encoder, MethodOutputs outputs, StepPosition at) { }
}
