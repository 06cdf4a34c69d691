using static TorchSharp.torch;

namespace Perennial.Learning.Export.Quantization;

/// <summary>A backbone that can be computed with uint8 activations and int8 weights, given the activations' scales.</summary>
internal interface IQuantizableBackbone : IDisposable
{
    /// <summary>Which inputs of the network would have to stay float32 for more accuracy; null where there is no such choice.</summary>
    string? ImagesPoint { get; }

    /// <summary>Computes in float32, every activation that will be quantised being seen on the way.</summary>
    /// <param name="images">Normalised [N, 3, S, S].</param>
    /// <param name="ranges">Takes note.</param>
    void Observe(Tensor images, ActivationRanges ranges);

    /// <summary>Prepares to compute as an engine will compute the graph of <see cref="Append"/>.</summary>
    IIntegerBackbone Quantize(IReadOnlyDictionary<string, ActivationScale> scales);

    /// <summary>Writes the quantised network and returns its float32 features [N, D].</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="images">Normalised float32 [N, 3, S, S].</param>
    /// <param name="scales">By activation.</param>
    string Append(OnnxGraph graph, string images, IReadOnlyDictionary<string, ActivationScale> scales);
}
