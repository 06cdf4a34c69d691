using Perennial.Learning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Export.Quantization;

/// <summary>The fully connected layers of a <see cref="VisionTransformer"/> in integers: nine tenths of its multiplications. Patches, attention, norms and GELU stay float32.</summary>
/// <param name="network">In evaluation mode; it is only read.</param>
internal sealed class QuantizableVisionTransformer(VisionTransformer network) : IQuantizableBackbone
{
    public string? ImagesPoint => null;

    public void Observe(Tensor images, ActivationRanges ranges)
    {
        var hooks = Layers(network).Select(layer => layer.Linear.register_forward_pre_hook((_, x) =>
        {
            ranges.See(layer.Input, x);
            return x;
        })).ToList();
        try
        {
            network.call(images);
        }
        finally
        {
            hooks.ForEach(hook => hook.remove());
        }
    }

    public IIntegerBackbone Quantize(IReadOnlyDictionary<string, ActivationScale> scales) => new Integers(network, scales);

    public string Append(OnnxGraph graph, string images, IReadOnlyDictionary<string, ActivationScale> scales) =>
        VisionTransformerGraph.Append(graph, network, images, OnnxPrecision.Float32, new QuantizedGraph(graph, scales).Linear);

    public void Dispose()
    {
    }

    /// <summary>The layers, each with the name that its input has in the graph.</summary>
    private static IEnumerable<(string Input, Linear Linear)> Layers(VisionTransformer network) => network.Blocks.SelectMany((block, i) => new[]
    {
        ($"backbone/blocks.{i}.norm1", block.QueryKeyValue),
        ($"backbone/blocks.{i}.attn.join", block.Projection),
        ($"backbone/blocks.{i}.norm2", block.Hidden),
        ($"backbone/blocks.{i}.mlp.act", block.Output),
    });

    /// <summary>A copy whose weights are rounded to what int8 holds, and whose layers' inputs are rounded on the way: products and sums of such numbers are the integers' own.</summary>
    private sealed class Integers : IIntegerBackbone
    {
        private readonly VisionTransformer _copy;

        public Integers(VisionTransformer network, IReadOnlyDictionary<string, ActivationScale> scales)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            _copy = VisionTransformer.Create(network.Description);
            _copy.load_state_dict(network.state_dict());
            _copy.eval();
            foreach ((string input, Linear linear) in Layers(_copy))
            {
                ActivationScale scale = scales[input];
                float[] weight = linear.weight.ToSingles();
                int outputs = (int)linear.weight.shape[0], inputs = weight.Length / outputs;
                QuantizedWeight quantized = QuantizedWeight.Of(weight, new float[outputs], scale.Scale);
                for (int i = 0; i < weight.Length; i++) weight[i] = quantized.Values[i] * quantized.Scales[i / inputs];
                linear.weight.copy_(tensor(weight, linear.weight.shape, device: linear.weight.device));
                linear.register_forward_pre_hook((_, x) => IntegerTensor.Round(x, scale).ToReal());
            }
        }

        public Tensor Features(Tensor images) => _copy.call(images);

        public void Dispose() => _copy.Dispose();
    }
}
