using static TorchSharp.torch;

namespace Perennial.Learning.Optimizers;

/// <summary>Changes parameters by their gradients. Its state lies in named tensors, so that a checkpoint can hold it and a resumed run goes on bitwise.</summary>
public interface IOptimizer : IDisposable
{
    /// <summary>One update; parameters without a gradient stay as they are.</summary>
    void Step(StepRates rates);

    /// <summary>Forgets the gradients.</summary>
    void ZeroGradients();

    /// <summary>Momenta and the like, by parameter name: to be saved, and written into when a run is resumed.</summary>
    IReadOnlyDictionary<string, Tensor> State { get; }
}
