using Perennial.Learning.Export;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export;

public sealed class FoldedConvolutionTests
{
    [Theory]
    [InlineData(1, 1, 1, false)]
    [InlineData(2, 3, 1, true)]
    [InlineData(1, 3, 2, true)]
    public void One_convolution_with_the_folded_weights_equals_convolution_and_batch_norm(int stride, int kernel, int groups, bool bias)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var convolution = nn.Conv2d(4, 6, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: bias);
        using var norm = nn.BatchNorm2d(6);
        norm.weight!.copy_(rand(6).add(0.5));
        norm.bias!.copy_(randn(6));
        norm.running_mean!.copy_(randn(6));
        norm.running_var!.copy_(rand(6).add(0.1));
        norm.eval();
        Tensor x = randn(2, 4, 9, 9);

        FoldedConvolution folded = FoldedConvolution.Of("conv", convolution, norm);
        Tensor expected = norm.call(convolution.call(x));
        Tensor actual = nn.functional.conv2d(x, tensor(folded.Weight, folded.Shape), tensor(folded.Bias),
            strides: [folded.Stride.Height, folded.Stride.Width], padding: [folded.Padding.Height, folded.Padding.Width], groups: folded.Groups);
        Assert.True(actual.sub(expected).abs().max().item<float>() < 1e-5);
    }

    // One channel, one tap: w' = 3 * 2 / sqrt(0.25), b' = 1 + (0.5 - 4) * 2 / sqrt(0.25); eps is 0.
    [Fact]
    public void Known_numbers_fold_to_known_numbers()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var convolution = nn.Conv2d(1, 1, 1, bias: true);
        using var norm = nn.BatchNorm2d(1, eps: 0);
        convolution.weight.fill_(3);
        convolution.bias!.fill_(0.5);
        norm.weight!.fill_(2);
        norm.bias!.fill_(1);
        norm.running_mean!.fill_(4);
        norm.running_var!.fill_(0.25);
        FoldedConvolution folded = FoldedConvolution.Of("conv", convolution, norm);
        Assert.Equal(12f, Assert.Single(folded.Weight));
        Assert.Equal(-13f, Assert.Single(folded.Bias));
    }

    [Fact]
    public void Batch_statistics_cannot_be_folded()
    {
        using var convolution = nn.Conv2d(1, 1, 1);
        using var norm = nn.BatchNorm2d(1, track_running_stats: false);
        Assert.Throws<ExportException>(() => FoldedConvolution.Of("conv", convolution, norm));
    }

    [Fact]
    public void Padding_with_anything_but_zeros_is_refused()
    {
        using var convolution = nn.Conv2d(1, 1, 3, padding: 1, padding_mode: PaddingModes.Reflect);
        using var norm = nn.BatchNorm2d(1);
        Assert.Throws<ExportException>(() => FoldedConvolution.Of("conv", convolution, norm));
    }
}
