using Perennial.Learning.Export;
using Perennial.Learning.Export.Quantization;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export.Quantization;

public sealed class ActivationScaleTests
{
    // By hand: 4 / 255 = 0.0156863; 1 / 0.0156863 = 63.75, rounded 64.
    [Fact]
    public void A_range_is_divided_into_255_steps() =>
        Assert.Equal(new ActivationScale(4f / 255, 64), ActivationScale.Of(-1, 3));

    [Theory]
    [InlineData(2, 6, 6f / 255, 0)]       // all positive: from 0
    [InlineData(-6, -2, 6f / 255, 255)]   // all negative: up to 0
    [InlineData(0, 0, 1f / 255, 0)]       // nothing comes through
    [InlineData(0, 1e-30f, 1e-12f, 0)]    // next to nothing: no divisor that overflows
    public void Zero_is_always_within(float low, float high, float scale, byte zeroPoint) =>
        Assert.Equal(new ActivationScale(scale, zeroPoint), ActivationScale.Of(low, high));

    [Theory]
    [InlineData(float.NaN, 1)]
    [InlineData(0, float.PositiveInfinity)]
    public void What_is_not_finite_is_refused(float low, float high) =>
        Assert.Contains("diverged", Assert.Throws<ExportException>(() => ActivationScale.Of(low, high)).Message, StringComparison.Ordinal);

    // ONNX QuantizeLinear: saturate(round half to even(x / scale) + zero point). With the scale 0.5 every third value is a tie.
    [Fact]
    public void Rounding_is_that_of_the_specification()
    {
        float[] x = [-100, -1.25f, -0.75f, -0.25f, 0, 0.25f, 0.75f, 1.25f, 0.7f, 1000];
        var scale = new ActivationScale(0.5f, 3);
        using var scope = NewDisposeScope();
        float[] rounded = IntegerTensor.Round(tensor(x), scale).Values.ToSingles();
        Assert.Equal([-3f, -2, -2, 0, 0, 0, 2, 2, 1, 252], rounded);
        Assert.Equal(rounded.Select(q => q * 0.5f), IntegerTensor.Round(tensor(x), scale).ToReal().ToSingles());
    }

    [Fact]
    public void ONNX_Runtime_rounds_alike()
    {
        OnnxGraph graph = new("round");
        string s = graph.Constant("scale", [0.037f], [], OnnxPrecision.Float32);
        string z = graph.Constant("zero", RawTensor.Encode([unchecked((sbyte)200)]), [], Perennial.Learning.Export.Onnx.TensorProto.Types.DataType.Uint8);
        graph.Output(graph.Dequantize("y", graph.Quantize("q", graph.Input("x", 1000), s, z), s, z), 1000);
        using OnnxFile file = new(graph.ToModel([]));
        using var scope = NewDisposeScope();
        Tensor x = randn(1, 1000).mul(4);
        Assert.Equal(file.Run(x.ToSingles(), 1, 1000), IntegerTensor.Round(x, new ActivationScale(0.037f, 200)).ToReal().ToSingles());
    }
}
