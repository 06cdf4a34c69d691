using Perennial.Learning.Optimizers;

namespace Perennial.Learning.Tests.Optimizers;

public sealed class CosineRampTests
{
    [Theory] // tests/Reference/losses.json
    [InlineData(0, 0.996)]
    [InlineData(250, 0.9965857864376269)]
    [InlineData(500, 0.998)]
    [InlineData(1000, 1)]
    [InlineData(2000, 1)]
    public void The_decay_of_a_momentum_network_follows_the_reference(long step, double expected) =>
        Assert.Equal(expected, new CosineRamp(0.996, 1).At(step, 1000), 1e-15);

    [Fact]
    public void Without_a_way_to_go_it_stays() => Assert.Equal(0.99, new CosineRamp(0.99, 0.99).At(7, 9), 1e-15);
}
