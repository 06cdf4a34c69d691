using System.Text.Json;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

/// <summary>The features that torchvision's own networks give with the same weights: tests/Reference/backbones.json, made by backbones.py beside it.</summary>
public sealed class TorchvisionTests
{
    private static readonly JsonElement[] Cases =
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", "backbones.json"))).RootElement.GetProperty("cases").EnumerateArray()];

    [Theory]
    [InlineData("resnet18", 32), InlineData("resnet18", 224)]
    [InlineData("resnet34", 32), InlineData("resnet34", 224)]
    [InlineData("resnet50", 32), InlineData("resnet50", 224)]
    [InlineData("vit_tiny", 32), InlineData("vit_tiny", 224), InlineData("vit_small", 32), InlineData("vit_base", 32)]
    public void Features_are_torchvisions(string name, int size)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = Backbone.Create(Backbone.Describe(name, 64, size));
        foreach (var (key, weight) in network.state_dict()) Fill(key, weight);
        network.eval();
        Tensor features = network.call(Image(size)).to(float64); // [2, D]

        JsonElement reference = Cases.Single(one => one.GetProperty("backbone").GetString() == name && one.GetProperty("size").GetInt32() == size);
        for (int row = 0; row < 2; row++)
        {
            double norm = reference.GetProperty("norm")[row].GetDouble();
            Assert.Equal(1, features[row].norm().item<double>() / norm, 1e-4);
            Equal(reference.GetProperty("first")[row], features[row].narrow(0, 0, 16), norm);
            Equal(reference.GetProperty("last")[row], features[row].narrow(0, network.Features - 16, 16), norm);
        }
    }

    private static void Equal(JsonElement expected, Tensor actual, double norm)
    {
        double[] values = [.. actual.data<double>()];
        for (int i = 0; i < values.Length; i++) Assert.Equal(expected[i].GetDouble(), values[i], 1e-4 * Math.Max(1, norm / Math.Sqrt(2048)));
    }

    private static void Fill(string name, Tensor weight)
    {
        if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal)) return;
        double phase = name.Sum(c => c) % 1000 / 10.0;
        double fan = weight.numel() / (double)weight.shape[0];
        Func<double, double> scaled = weight.ndim > 1 ? wave => wave * Math.Sqrt(2 / fan)
            : name.EndsWith("running_var", StringComparison.Ordinal) ? wave => 1 + 0.5 * wave
            : name.EndsWith("weight", StringComparison.Ordinal) ? wave => 1 + 0.2 * wave
            : wave => 0.1 * wave;
        float[] values = new float[weight.numel()];
        for (int i = 0; i < values.Length; i++) values[i] = (float)scaled(Math.Sin(0.37 * i + phase));
        weight.copy_(tensor(values, weight.shape));
    }

    private static Tensor Image(int size)
    {
        float[] values = new float[2 * 3 * size * size];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(0.5 + 0.5 * Math.Sin(0.05 * i * 1.618));
        return tensor(values, [2, 3, size, size]);
    }
}
