using Perennial.Learning.Optimizers;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Optimizers;

/// <summary>The behaviour that PyTorch documents for torch.amp.GradScaler: 65536 at first, halved at an infinity or a NaN, doubled after 2000 good steps.</summary>
public sealed class GradientScalerTests
{
    [Fact]
    public void Gradients_are_divided_by_the_scale()
    {
        using var scope = NewDisposeScope();
        using var scaler = new GradientScaler();
        Tensor gradient = tensor(new[] { 65536f, -131072f });
        Assert.True(scaler.Unscale([gradient]));
        Assert.Equal([1f, -2f], gradient.data<float>().ToArray());
        Assert.Equal(65536, scaler.Scale);
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void One_bad_value_halves_the_scale_and_leaves_the_step_out(float bad)
    {
        using var scope = NewDisposeScope();
        using var scaler = new GradientScaler();
        Assert.False(scaler.Unscale([ones(3), tensor(new[] { 1f, bad })]));
        Assert.Equal(32768, scaler.Scale);
        Assert.True(scaler.Unscale([ones(3)]));
        Assert.Equal(32768, scaler.Scale);
    }

    [Fact]
    public void Two_thousand_good_steps_in_a_row_double_the_scale()
    {
        using var scope = NewDisposeScope();
        using var scaler = new GradientScaler();
        for (int i = 0; i < GradientScaler.GrowthInterval - 1; i++) scaler.Unscale([zeros(1)]);
        Assert.Equal(65536, scaler.Scale);
        scaler.Unscale([zeros(1)]);
        Assert.Equal(131072, scaler.Scale);
        Assert.Equal(0, scaler.State[1].item<double>());
    }
}
