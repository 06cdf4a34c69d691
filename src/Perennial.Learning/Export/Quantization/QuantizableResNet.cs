using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Export.Quantization;

/// <summary>Every convolution and every sum of a <see cref="ResNet"/> in integers; the pooled features are float32.</summary>
/// <param name="network">In evaluation mode; it is only read.</param>
internal sealed class QuantizableResNet(ResNet network) : IQuantizableBackbone
{
    private readonly FoldedResNet _folded = new(network);
    private RangeObservation? _observation;

    public string? ImagesPoint => QuantizedGraph.ImagesPoint;

    public void Observe(Tensor images, ActivationRanges ranges) => _folded.Run(images, _observation ??= new RangeObservation(ranges));

    public IIntegerBackbone Quantize(IReadOnlyDictionary<string, ActivationScale> scales) => new Integers(_folded, scales);

    public string Append(OnnxGraph graph, string images, IReadOnlyDictionary<string, ActivationScale> scales) =>
        _folded.Run(new QuantizedValue(images), new QuantizedGraph(graph, scales)).Name;

    public void Dispose() => _observation?.Dispose();

    private sealed class Integers(FoldedResNet folded, IReadOnlyDictionary<string, ActivationScale> scales) : IIntegerBackbone
    {
        private readonly IntegerArithmetic _arithmetic = new(scales);

        public Tensor Features(Tensor images) => folded.Run(new IntegerTensor(images), _arithmetic).Values;

        public void Dispose() => _arithmetic.Dispose();
    }
}
