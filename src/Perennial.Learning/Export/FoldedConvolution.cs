using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Export;

/// <summary>
/// A convolution with the batch norm behind it folded in: <c>w' = w * gamma / sqrt(var + eps)</c>,
/// <c>b' = beta + (b - mean) * gamma / sqrt(var + eps)</c>, computed in float64 from the running statistics and rounded once.
/// </summary>
/// <param name="Weight">[OutChannels, InChannels / Groups, KernelHeight, KernelWidth], row-major.</param>
/// <param name="Bias">[OutChannels].</param>
/// <param name="Shape">Of the weight.</param>
internal sealed record FoldedConvolution(float[] Weight, float[] Bias, long[] Shape)
{
    /// <summary>Step of the window.</summary>
    public (long Height, long Width) Stride { get; private init; }

    /// <summary>Zeros added on either side.</summary>
    public (long Height, long Width) Padding { get; private init; }

    /// <summary>Distance of neighbouring taps.</summary>
    public (long Height, long Width) Dilation { get; private init; }

    /// <summary>Independent groups of channels.</summary>
    public long Groups { get; private init; }

    /// <summary>Folds what the pair computes in evaluation mode.</summary>
    /// <exception cref="ExportException">The pair has no running statistics, pads otherwise than with zeros, or does not fit together.</exception>
    public static FoldedConvolution Of(string name, Conv2d convolution, BatchNorm2d norm)
    {
        if (norm.running_mean is null || norm.running_var is null)
            throw new ExportException($"The batch norm behind '{name}' keeps no running statistics and cannot be folded.");
        if (convolution.padding_mode != TorchSharp.PaddingModes.Zeros || convolution.padding is not { } padding)
            throw new ExportException($"'{name}' pads otherwise than by a number of zeros and cannot be exported.");
        if (convolution.out_channels != norm.num_features)
            throw new ExportException($"'{name}' makes {convolution.out_channels} channels, its batch norm takes {norm.num_features}.");

        (double[] mean, double[] variance) = (norm.running_mean.ToDoubles(), norm.running_var.ToDoubles());
        double[]? gamma = norm.weight?.ToDoubles();
        double[]? beta = norm.bias?.ToDoubles();
        double[]? bias = convolution.bias?.ToDoubles();
        double[] weight = convolution.weight.ToDoubles();

        float[] foldedWeight = new float[weight.Length];
        float[] foldedBias = new float[mean.Length];
        int kernel = weight.Length / mean.Length; // taps that make one output channel
        for (int channel = 0; channel < mean.Length; channel++)
        {
            double scale = (gamma?[channel] ?? 1) / Math.Sqrt(variance[channel] + norm.eps);
            foldedBias[channel] = (float)((beta?[channel] ?? 0) + ((bias?[channel] ?? 0) - mean[channel]) * scale);
            for (int i = channel * kernel; i < (channel + 1) * kernel; i++)
                foldedWeight[i] = (float)(weight[i] * scale);
        }

        return Shaped(convolution, foldedWeight, foldedBias, padding);
    }

    /// <summary>A convolution that no norm follows, as it is.</summary>
    public static FoldedConvolution Of(Conv2d convolution) =>
        Shaped(convolution, convolution.weight.ToSingles(), convolution.bias?.ToSingles() ?? new float[convolution.out_channels], convolution.padding!);

    /// <summary>Computes it on [N, C, H, W] with a weight and a bias in place of its own.</summary>
    public Tensor Apply(Tensor x, Tensor weight, Tensor bias) =>
        nn.functional.conv2d(x, weight, bias, [Stride.Height, Stride.Width], [Padding.Height, Padding.Width], [Dilation.Height, Dilation.Width], Groups);

    private static FoldedConvolution Shaped(Conv2d convolution, float[] weight, float[] bias, long[] padding) => new(weight, bias, convolution.weight.shape)
    {
        Stride = Pair(convolution.stride),
        Padding = Pair(padding),
        Dilation = Pair(convolution.dilation),
        Groups = convolution.groups,
    };

    private static (long Height, long Width) Pair(long[] values) => (values[0], values[^1]);
}
