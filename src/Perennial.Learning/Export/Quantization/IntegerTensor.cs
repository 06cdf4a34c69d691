using static TorchSharp.torch;

namespace Perennial.Learning.Export.Quantization;

/// <summary>A tensor of uint8 as torch computes with it.</summary>
/// <param name="Values">Float32 holding whole numbers <c>q - zero point</c>: zero is 0, as padding needs it. Real numbers where <paramref name="Scale"/> is null.</param>
/// <param name="Scale">Of the values; null for a tensor that is not quantised.</param>
internal readonly record struct IntegerTensor(Tensor Values, ActivationScale? Scale = null)
{
    /// <summary>Rounds real numbers, as QuantizeLinear does.</summary>
    public static IntegerTensor Round(Tensor values, ActivationScale scale) => Round(values.div(scale.Scale), scale, unit: null);

    /// <summary>The real numbers.</summary>
    public Tensor ToReal() => Scale is { } scale ? Values.mul(scale.Scale) : Values;

    /// <summary>Rounds numbers that are in units of the scale already, after a multiplication with <paramref name="unit"/>.</summary>
    /// <param name="values">Changed in place.</param>
    /// <param name="scale">Of the result.</param>
    /// <param name="unit">Per channel; null for 1.</param>
    public static IntegerTensor Round(Tensor values, ActivationScale scale, Tensor? unit)
    {
        if (unit is not null) values.mul_(unit);
        (int low, int high) = scale.Limits;
        return new(values.round_().clamp_(low, high), scale); // round_: halves to even
    }
}
