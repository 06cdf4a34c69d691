using Perennial.Inference.Swapping;

namespace Perennial.Inference.Tests.Swapping;

public sealed class UseCountTests
{
    [Fact]
    public void Only_the_last_to_leave_is_told_to_free()
    {
        var uses = new UseCount();
        Assert.True(uses.TryEnter());
        Assert.False(uses.Leave());
        Assert.True(uses.Leave());
    }

    [Fact]
    public void Nobody_enters_after_the_last_has_left()
    {
        var uses = new UseCount();
        uses.Leave();
        Assert.False(uses.TryEnter());
    }
}
