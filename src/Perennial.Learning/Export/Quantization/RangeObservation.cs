using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Export.Quantization;

/// <summary>The folded network in float32, every value that will be quantised being seen on the way.</summary>
/// <param name="ranges">Takes note.</param>
internal sealed class RangeObservation(ActivationRanges ranges) : IResNetOperations<Tensor>, IDisposable
{
    private readonly Dictionary<string, (Tensor Weight, Tensor Bias)> _constants = new(StringComparer.Ordinal);

    // Their range is known: [0, 1] behind mean and standard deviation.
    public Tensor Images(Tensor x) => x;

    public Tensor Convolution(string name, Tensor x, FoldedConvolution convolution, string? relu)
    {
        if (!_constants.TryGetValue(name, out var constants))
        {
            _constants[name] = constants = (tensor(convolution.Weight, convolution.Shape, device: x.device).DetachFromDisposeScope(),
                tensor(convolution.Bias, device: x.device).DetachFromDisposeScope());
        }
        Tensor y = convolution.Apply(x, constants.Weight, constants.Bias);
        return Seen(relu ?? name, relu is null ? y : y.relu_());
    }

    public Tensor MaxPool(string name, Tensor x, int kernel, int stride, int padding) => functional.max_pool2d(x, kernel, stride, padding);

    public Tensor AddRelu(string name, Tensor a, Tensor b, string relu) => Seen(relu, a.add(b).relu_());

    public Tensor Mean(string name, Tensor x) => x.mean([2, 3]);

    public void Dispose()
    {
        foreach ((Tensor weight, Tensor bias) in _constants.Values)
        {
            weight.Dispose();
            bias.Dispose();
        }
    }

    private Tensor Seen(string name, Tensor x)
    {
        ranges.See(name, x);
        return x;
    }
}
