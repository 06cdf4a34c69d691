using Perennial.Core.Images;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

public sealed class EncoderTests
{
    [Fact]
    public void Embeddings_have_length_one()
    {
        using var scope = NewDisposeScope();
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 32)), new Preprocessing());
        encoder.eval();
        var embedding = encoder.call(rand(5, 3, 32, 32));
        Assert.Equal([5, 64], embedding.shape);
        Assert.All(embedding.norm(1).data<float>().ToArray(), length => Assert.Equal(1, length, 1e-5f));
    }

    [Fact]
    public void The_backbone_sees_pixels_less_mean_over_standard_deviation()
    {
        using var scope = NewDisposeScope();
        var preprocessing = new Preprocessing { Mean = [0.1f, 0.2f, 0.3f], Std = [0.5f, 0.25f, 2f] };
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 32)), preprocessing);
        encoder.eval();
        var pixels = rand(2, 3, 32, 32);
        var normalised = stack([(pixels.select(1, 0) - 0.1f) / 0.5f, (pixels.select(1, 1) - 0.2f) / 0.25f, (pixels.select(1, 2) - 0.3f) / 2f], 1);
        Assert.True(encoder.Features(pixels).allclose(encoder.Backbone.call(normalised), atol: 1e-5));
    }

    [Fact]
    public void Mean_and_standard_deviation_are_not_among_the_weights()
    {
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 32)), new Preprocessing());
        Assert.Equal([.. encoder.Backbone.state_dict().Keys.Select(name => "backbone." + name).Order()], [.. encoder.state_dict().Keys.Order()]);
        Assert.Equal(encoder.Backbone.parameters().Count(), encoder.parameters().Select(p => p.Handle).Distinct().Count());
    }
}
