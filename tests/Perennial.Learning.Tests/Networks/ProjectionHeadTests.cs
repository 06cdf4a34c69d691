using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

public sealed class ProjectionHeadTests
{
    [Fact]
    public void Projections_are_affine_in_the_rectified_normalised_hidden_layer()
    {
        using var scope = NewDisposeScope();
        using var head = new ProjectionHead(6, 10, 4);
        var state = head.state_dict();
        var features = randn(32, 6);
        var hidden = features.matmul(state["layers.0.weight"].t());              // [32, 10]
        hidden = (hidden - hidden.mean([0])) / (hidden.var(0, unbiased: false) + 1e-5).sqrt();
        var expected = hidden.clamp(min: 0).matmul(state["layers.3.weight"].t()) + state["layers.3.bias"];
        Assert.True(head.call(features).allclose(expected, atol: 1e-4));
        Assert.Equal([32, 4], expected.shape);
    }
}
