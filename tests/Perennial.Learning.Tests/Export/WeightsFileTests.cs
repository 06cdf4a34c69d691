using Perennial.Core.Generations;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;

namespace Perennial.Learning.Tests.Export;

public sealed class WeightsFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"weights-{Guid.NewGuid():N}.safetensors");

    [Fact]
    public void What_is_written_is_read_back_exactly()
    {
        using var source = RandomEncoder.Create("resnet10", 8, 32);
        using var target = ResNet.Create(source.Backbone.Description);
        WeightsFile.Write(_path, source.Backbone);
        WeightsFile.ReadInto(_path, target);
        foreach (var (name, expected) in source.Backbone.state_dict())
            Assert.True(target.state_dict()[name].equal(expected).all().item<bool>(), name);
    }

    // The names of torchvision's resnet18().state_dict(), less fc.
    [Fact]
    public void The_names_are_those_of_torchvision()
    {
        using var encoder = RandomEncoder.Create("resnet18", 8, 96);
        WeightsFile.Write(_path, encoder.Backbone);
        List<string> expected = ["conv1.weight", .. Norm("bn1")];
        for (int layer = 1; layer <= 4; layer++)
        {
            for (int block = 0; block < 2; block++)
            {
                string prefix = $"layer{layer}.{block}.";
                expected.AddRange([prefix + "conv1.weight", .. Norm(prefix + "bn1"), prefix + "conv2.weight", .. Norm(prefix + "bn2")]);
                if (layer > 1 && block == 0) expected.AddRange([prefix + "downsample.0.weight", .. Norm(prefix + "downsample.1")]);
            }
        }

        var file = Safetensors.Read(_path);
        Assert.Equal(expected.Order(StringComparer.Ordinal), file.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        Assert.Equal("I64", file["bn1.num_batches_tracked"].DType);
        Assert.Equal([8, 3, 7, 7], file["conv1.weight"].Shape);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void A_file_from_pytorch_may_have_a_classifier_and_lack_the_counters()
    {
        using var source = RandomEncoder.Create("resnet10", 8, 32);
        using var target = ResNet.Create(ResNet.Describe("resnet10", 8, 32));
        Safetensors.Write(_path, source.Backbone.state_dict().Where(entry => !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .Select(entry => WeightsFile.ToSafeTensor(entry.Key, entry.Value)).Append(SafeTensor.F32("fc.bias", [3], [1, 2, 3])), new Dictionary<string, string>());
        WeightsFile.ReadInto(_path, target);
        Assert.Equal(((ResNet)source.Backbone).Conv1.weight.ToSingles(), target.Conv1.weight.ToSingles());
        Assert.Equal(((ResNet)source.Backbone).Bn1.running_mean!.ToSingles(), target.Bn1.running_mean!.ToSingles());
    }

    [Theory]
    [InlineData("resnet10", 16, "shape")]
    [InlineData("resnet18", 8, "lacks")]
    public void Weights_of_another_network_are_refused_and_change_nothing(string backbone, int width, string reason)
    {
        using var source = RandomEncoder.Create("resnet10", 8, 32);
        using var target = ResNet.Create(ResNet.Describe(backbone, width, 32));
        float[] before = target.Conv1.weight.ToSingles();
        WeightsFile.Write(_path, source.Backbone);
        var refusal = Assert.Throws<GenerationException>(() => WeightsFile.ReadInto(_path, target));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, target.Conv1.weight.ToSingles());
    }

    [Fact]
    public void A_tensor_that_the_network_does_not_have_is_refused()
    {
        using var target = ResNet.Create(ResNet.Describe("resnet10", 8, 32));
        Safetensors.Write(_path, [SafeTensor.F32("extra.weight", [1], [1])]);
        Assert.Contains("extra.weight", Assert.Throws<GenerationException>(() => WeightsFile.ReadInto(_path, target)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    private static string[] Norm(string name) =>
        [.. ((string[])["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]).Select(part => $"{name}.{part}")];
}
