using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

public sealed class TileConversionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(3 * 32 * 32)]
    public void Each_byte_is_divided_by_255(int length)
    {
        var tile = Enumerable.Range(0, length).Select(value => (byte)(value * 7)).ToArray();
        var image = new float[length];
        TileConversion.ToFloat(tile, image);
        Assert.Equal(tile.Select(value => value / 255f), image);
    }

    [Fact]
    public void Both_must_be_of_one_length() => Assert.Throws<ArgumentException>(() => TileConversion.ToFloat(new byte[3], new float[4]));
}
