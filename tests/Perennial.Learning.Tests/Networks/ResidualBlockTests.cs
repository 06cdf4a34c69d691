using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

public sealed class ResidualBlockTests
{
    [Theory]
    [InlineData(2, 2, 1)]
    [InlineData(2, 4, 2)]
    public void It_computes_what_the_figure_in_the_paper_says(int inputs, int outputs, int stride)
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.Create(ResNet.Describe("resnet10", 2, 32));
        var block = network.Stages[stride - 1][0];
        block.eval();
        var input = rand(1, inputs, 6, 6);

        var inner = Relu(Convolve(Read(input), block.Layers[0].Conv.weight, stride, padding: 1));
        var residual = Convolve(inner, block.Layers[1].Conv.weight, 1, padding: 1);
        var shortcut = block.Downsample is { } downsample ? Convolve(Read(input), downsample.Conv.weight, stride, padding: 0) : Read(input);

        var actual = Read(block.call(input));
        Assert.Equal(outputs, actual.GetLength(0));
        for (int c = 0; c < outputs; c++)
            for (int y = 0; y < actual.GetLength(1); y++)
                for (int x = 0; x < actual.GetLength(2); x++)
                {
                    // A fresh batch norm divides by sqrt(1 + eps); convolution is linear, so the first one's factor passes through.
                    double norm = 1 / Math.Sqrt(1 + 1e-5);
                    double expected = Math.Max(0, residual[c, y, x] * norm * norm
                        + shortcut[c, y, x] * (block.Downsample is null ? 1 : norm));
                    Assert.Equal(expected, actual[c, y, x], 1e-5);
                }
    }

    private static double[,,] Convolve(double[,,] input, Tensor weight, int stride, int padding)
    {
        var (channels, height, width) = (input.GetLength(0), input.GetLength(1), input.GetLength(2));
        var (outputs, kernel) = ((int)weight.shape[0], (int)weight.shape[2]);
        var values = weight.detach().contiguous().data<float>().ToArray();
        var (rows, columns) = ((height + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1);
        var output = new double[outputs, rows, columns];
        for (int o = 0; o < outputs; o++)
            for (int y = 0; y < rows; y++)
                for (int x = 0; x < columns; x++)
                    for (int c = 0; c < channels; c++)
                        for (int i = 0; i < kernel; i++)
                            for (int j = 0; j < kernel; j++)
                            {
                                var (row, column) = (y * stride + i - padding, x * stride + j - padding);
                                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                                output[o, y, x] += input[c, row, column] * values[((o * channels + c) * kernel + i) * kernel + j];
                            }
        return output;
    }

    private static double[,,] Relu(double[,,] values)
    {
        for (int c = 0; c < values.GetLength(0); c++)
            for (int y = 0; y < values.GetLength(1); y++)
                for (int x = 0; x < values.GetLength(2); x++)
                    values[c, y, x] = Math.Max(0, values[c, y, x]);
        return values;
    }

    private static double[,,] Read(Tensor image) // [1, C, H, W]
    {
        var values = new double[image.shape[1], image.shape[2], image.shape[3]];
        var flat = image.detach().contiguous().data<float>().ToArray();
        for (int i = 0; i < flat.Length; i++)
            values[i / (values.GetLength(1) * values.GetLength(2)), i / values.GetLength(2) % values.GetLength(1), i % values.GetLength(2)] = flat[i];
        return values;
    }
}
