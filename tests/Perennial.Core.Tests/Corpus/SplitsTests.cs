using Perennial.Core.Corpus;

namespace Perennial.Core.Tests.Corpus;

public sealed class SplitsTests
{
    // 0x0000000a = 10 and 0xffffffff = 4294967295 = 429496729 * 10 + 5, worked out by hand
    [Theory]
    [InlineData("00000000", Split.Test)]
    [InlineData("00000001", Split.Train)]
    [InlineData("0000000a", Split.Test)]
    [InlineData("0000000b", Split.Train)]
    [InlineData("fffffffa", Split.Test)]
    [InlineData("ffffffff", Split.Train)]
    public void The_first_eight_digits_modulo_ten_decide(string digits, Split split) =>
        Assert.Equal(split, Splits.Of(digits + new string('9', 56)));

    [Fact]
    public void One_image_in_ten_is_held_out()
    {
        var test = Enumerable.Range(0, 10_000).Count(seed => Splits.Of(ImageId.Of(BitConverter.GetBytes(seed))) == Split.Test);
        Assert.InRange(test, 900, 1100); // 1000 with a standard deviation of 30
    }

    [Fact]
    public void The_id_is_the_sha_256_of_the_bytes() // FIPS 180-2, appendix B.1
        => Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ImageId.Of("abc"u8));

    [Theory]
    [InlineData("")]
    [InlineData("00000000")]
    [InlineData("0000000A99999999999999999999999999999999999999999999999999999999")]
    public void What_is_no_id_has_no_side(string id) => Assert.Throws<ArgumentException>(() => Splits.Of(id));
}
