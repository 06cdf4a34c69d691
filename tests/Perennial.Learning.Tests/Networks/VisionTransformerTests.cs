using Perennial.Core.Generations;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

public sealed class VisionTransformerTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"vit-{Guid.NewGuid():N}.safetensors");

    // timm 0.9's vit_tiny_patch16_224 has 5,717,416 parameters and vit_small_patch16_224 22,050,664, each with a classifier of 1,000 classes.
    [Theory]
    [InlineData("vit_tiny", 5_717_416 - 193_000, 192)]
    [InlineData("vit_small", 22_050_664 - 385_000, 384)]
    [InlineData("vit_base", 86_567_656 - 769_000, 768)]
    public void The_number_of_weights_is_timms(string name, long expected, int dimensions)
    {
        using var network = Backbone.Create(Backbone.Describe(name, 64, 224));
        Assert.Equal(expected, network.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(dimensions, network.Features);
    }

    [Fact]
    public void The_names_are_timms()
    {
        using var network = Backbone.Create(Backbone.Describe("vit_tiny", 8, 32));
        string[] layers = ["norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2"];
        IEnumerable<string> expected = Enumerable.Range(0, 12).SelectMany(i => layers.Select(layer => $"blocks.{i}.{layer}")).Append("norm").Append("patch_embed.proj")
            .SelectMany(layer => new[] { layer + ".weight", layer + ".bias" }).Append("cls_token").Append("pos_embed");
        Assert.Equal(expected.Order(StringComparer.Ordinal), network.state_dict().Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(32, 4)]
    [InlineData(64, 4)]
    [InlineData(96, 16)]
    public void Small_images_get_small_patches(int size, int patch) => Assert.Equal(patch, Backbone.Describe("vit_tiny", 64, size).PatchSize);

    [Fact]
    public void Weights_start_as_timms_do()
    {
        using var scope = NewDisposeScope();
        using var network = VisionTransformer.Create(Backbone.Describe("vit_tiny", 64, 32));
        foreach (Tensor weight in new Tensor[] { network.Blocks[0].QueryKeyValue.weight, network.Blocks[11].Output.weight, network.PositionEmbedding })
        {
            Assert.Equal(0, weight.mean().item<float>(), 1e-3);
            Assert.Equal(0.02, weight.std().item<float>(), 1e-3);
        }
        Assert.Equal(0, network.Blocks[3].Hidden.bias!.abs().max().item<float>());
    }

    [Fact]
    public void A_smaller_crop_goes_through_with_interpolated_positions()
    {
        using var scope = NewDisposeScope();
        using var network = Backbone.Create(Backbone.Describe("vit_tiny", 8, 32));
        Tensor images = rand(2, 3, 16, 16);
        Tensor features = network.call(images);
        Assert.Equal([2, 24], features.shape);
        features.select(1, 0).sum().backward();
        Assert.True(((VisionTransformer)network).PositionEmbedding.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void Weights_of_another_image_size_are_interpolated_where_the_image_is_constant_exactly()
    {
        using var source = VisionTransformer.Create(Backbone.Describe("vit_tiny", 8, 32));
        using (no_grad()) source.PositionEmbedding.narrow(1, 1, 64).copy_(linspace(-1, 1, 24).expand(1, 64, 24)); // the same everywhere
        WeightsFile.Write(_path, source);
        using var target = VisionTransformer.Create(Backbone.Describe("vit_tiny", 8, 64));
        WeightsFile.ReadInto(_path, target);
        Assert.True(target.PositionEmbedding.narrow(1, 1, 256).allclose(linspace(-1, 1, 24), atol: 1e-6));
        Assert.True(target.Blocks[3].Hidden.weight.equal(source.Blocks[3].Hidden.weight).all().item<bool>());
    }

    [Theory]
    [InlineData("patch", 5, 32, "divide")]
    [InlineData("patch", null, 32, "patch size")]
    [InlineData("small", 4, 32, "Stem")]
    public void An_impossible_description_is_refused(string stem, int? patch, int size, string reason)
    {
        var refusal = Assert.Throws<ArgumentException>(() => Backbone.Create(new BackboneDescription("vit_tiny", 64, stem) { PatchSize = patch, ImageSize = size }));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);
}
