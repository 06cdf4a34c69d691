using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Export.Quantization;

/// <summary>
/// What an engine computes from a <see cref="QuantizedGraph"/>: whole numbers multiplied and summed, scaled, rounded half to even and cut to 0 to 255. Float32
/// holds them; above 2^24 a sum may be off by a few units of some thousands that make one step of the result.
/// </summary>
/// <param name="scales">By the name of the value that they belong to.</param>
internal sealed class IntegerArithmetic(IReadOnlyDictionary<string, ActivationScale> scales) : IResNetOperations<IntegerTensor>, IDisposable
{
    private readonly Dictionary<string, Constants> _constants = new(StringComparer.Ordinal);

    public IntegerTensor Images(IntegerTensor x) =>
        scales.TryGetValue(QuantizedGraph.ImagesPoint, out ActivationScale scale) ? IntegerTensor.Round(x.Values, scale) : x;

    public IntegerTensor Convolution(string name, IntegerTensor x, FoldedConvolution convolution, string? relu)
    {
        ActivationScale output = scales[relu ?? name];
        if (!_constants.TryGetValue(name, out Constants? constants)) _constants[name] = constants = Constants.Of(convolution, x.Scale, output, x.Values.device);
        Tensor sums = convolution.Apply(x.Values, constants.Weight, constants.Bias); // [N, C', H', W']
        if (x.Scale is null) return IntegerTensor.Round(sums, output);
        return IntegerTensor.Round(sums, output, constants.Unit);
    }

    public IntegerTensor MaxPool(string name, IntegerTensor x, int kernel, int stride, int padding) =>
        x with { Values = functional.max_pool2d(x.Values, kernel, stride, padding) };

    public IntegerTensor AddRelu(string name, IntegerTensor a, IntegerTensor b, string relu)
    {
        (ActivationScale left, ActivationScale right, ActivationScale output) = (a.Scale!.Value, b.Scale!.Value, scales[relu]);
        (float toLeft, float toRight) = (left.Scale / output.Scale, right.Scale / output.Scale);
        float zero = output.ZeroPoint - (toLeft * left.ZeroPoint + toRight * right.ZeroPoint);
        // The engine multiplies and adds in one rounding, as float64 rounded to float32 does here: otherwise ties fall to the other side now and then.
        Tensor sum = b.Values.add(right.ZeroPoint).to(float64).mul_((double)toRight).add_((double)zero).to(float32);
        sum = a.Values.add(left.ZeroPoint).to(float64).mul_((double)toLeft).add_(sum).to(float32);
        return IntegerTensor.Round(sum.round_().sub_(output.ZeroPoint), output, unit: null);
    }

    public IntegerTensor Mean(string name, IntegerTensor x) => new(x.ToReal().mean([2, 3]));

    public void Dispose()
    {
        foreach (Constants constants in _constants.Values) constants.Dispose();
    }

    /// <summary>Weights and bias as whole numbers, and what a sum of products is worth in steps of the result: [C, 1, 1]. Real numbers where the input is not quantised.</summary>
    private sealed record Constants(Tensor Weight, Tensor Bias, Tensor Unit) : IDisposable
    {
        public static Constants Of(FoldedConvolution convolution, ActivationScale? input, ActivationScale output, Device device)
        {
            if (input is not { } scale) return new(Kept(convolution.Weight, convolution.Shape, device), Kept(convolution.Bias, [convolution.Bias.Length], device), Kept([1], [1], device));
            QuantizedWeight quantized = QuantizedWeight.Of(convolution.Weight, convolution.Bias, scale.Scale);
            long channels = quantized.Bias.Length;
            return new(
                Kept([.. quantized.Values.Select(value => (float)value)], convolution.Shape, device),
                Kept([.. quantized.Bias.Select(value => (float)value)], [channels], device),
                Kept([.. quantized.BiasScales.Select(unit => unit / output.Scale)], [channels, 1, 1], device));
        }

        public void Dispose()
        {
            Weight.Dispose();
            Bias.Dispose();
            Unit.Dispose();
        }

        // Beyond the forward pass whose scope it is made in.
        private static Tensor Kept(float[] values, long[] shape, Device device) => tensor(values, shape, device: device).DetachFromDisposeScope();
    }
}
