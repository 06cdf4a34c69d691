using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>Views of several sizes through one network: those of a size go through together.</summary>
internal static class MultiCrop
{
    /// <returns>One projection [N, d] a view, in the order of the views.</returns>
    public static IEnumerable<Tensor> Project(Encoder encoder, nn.Module<Tensor, Tensor> head, IReadOnlyList<Tensor> views, StepPosition at)
    {
        var projections = new Tensor[views.Count];
        foreach (var group in views.Select((view, i) => (View: view, Index: i)).GroupBy(entry => entry.View.shape[3]))
        {
            Tensor[] parts = at.Project(encoder, head, cat([.. group.Select(entry => entry.View)])).chunk(group.Count());
            foreach (((_, int index), Tensor part) in group.Zip(parts)) projections[index] = part;
        }
        return projections;
    }
}
