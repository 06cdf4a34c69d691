using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// The gradient of a batch that does not fit into memory at once, from parts that do.
/// <para>
/// Where the loss is a mean over images, the gradients of the parts add up. Where it compares the images of the batch with each other (negatives,
/// batch statistics), adding up would give the gradient of many small batches, which is another one: there the parts go through twice. First without
/// a graph, to get the outputs of all; the loss of these gives the gradient of each output; then once more with a graph, into which that gradient is
/// put. The result is exact, at the price of a second forward pass. Norm layers see one part at a time in both cases.
/// </para>
/// </summary>
/// <remarks>Source: Gao, Zhang, Han, Callan, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup" (GradCache), arXiv:2101.06983, section 3.</remarks>
internal sealed class LargeBatch(ISslMethod method, Encoder encoder)
{
    /// <summary>Adds the gradient of the loss over all parts to the parameters.</summary>
    /// <param name="parts">The views of each part, rendered when asked for.</param>
    /// <param name="at">Where the run is.</param>
    /// <param name="scale">The gradient is that of the loss times this.</param>
    /// <returns>The loss of the whole, and the outputs of the whole, detached.</returns>
    public (Tensor Loss, MethodOutputs Outputs) Backward(IReadOnlyList<Func<Tensor[]>> parts, StepPosition at, double scale = 1) =>
        parts.Count == 1 || method.LossIsPerImage ? AddUp(parts, at, scale) : TwoPasses(parts, at, scale);

    private (Tensor, MethodOutputs) AddUp(IReadOnlyList<Func<Tensor[]>> parts, StepPosition at, double scale)
    {
        Tensor total = zeros(1, device: CPU);
        var outputs = new MethodOutputs[parts.Count];
        for (int i = 0; i < parts.Count; i++)
        {
            using var scope = NewDisposeScope();
            MethodOutputs made = method.Outputs(encoder, parts[i](), at);
            Tensor loss = method.Loss(made, at) / parts.Count;
            Scaled(loss, scale).backward();
            total.add_(loss.detach().cpu());
            outputs[i] = Kept(made.Detached(), scope);
        }
        return (total, MethodOutputs.Together(outputs));
    }

    private (Tensor, MethodOutputs) TwoPasses(IReadOnlyList<Func<Tensor[]>> parts, StepPosition at, double scale)
    {
        // :: Step 1: the outputs of all parts, without a graph
        var outputs = new MethodOutputs[parts.Count];
        for (int i = 0; i < parts.Count; i++)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            outputs[i] = Kept(method.Outputs(encoder, parts[i](), at).Detached(), scope);
        }

        // :: Step 2: the loss of the whole, and the gradient of each output (and of what the loss itself holds, as prototypes)
        MethodOutputs whole = MethodOutputs.Together(outputs);
        whole = whole with { Trained = [.. whole.Trained.Select(output => output.detach().requires_grad_(true))] };
        Tensor loss = method.Loss(whole, at);
        Scaled(loss, scale).backward();

        // :: Step 3: every part again, with a graph that ends in those gradients
        long row = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            using var scope = NewDisposeScope();
            long count = outputs[i].Trained[0].shape[0];
            MethodOutputs made = method.Outputs(encoder, parts[i](), at);
            made.Trained.Zip(whole.Trained, (output, all) => (output * all.grad!.narrow(0, row, count)).sum()).Aggregate((sum, one) => sum + one).backward();
            row += count;
        }
        return (loss.detach(), whole.Detached());
    }

    private static Tensor Scaled(Tensor loss, double scale) => scale == 1 ? loss : loss * scale;

    private static MethodOutputs Kept(MethodOutputs outputs, DisposeScope scope)
    {
        foreach (Tensor tensor in outputs.Trained.Concat(outputs.Targets).Append(outputs.Watched)) scope.MoveToOuter(tensor);
        return outputs;
    }
}
