using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

public sealed class Crc32CTests
{
    [Fact]
    public void The_test_vectors_of_RFC_3720_hold()
    {
        // Appendix B.4; the RFC prints the bytes in transmission order.
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
    }

    [Fact]
    public void Two_spans_count_as_one()
    {
        byte[] bytes = [.. Enumerable.Range(0, 50).Select(i => (byte)(i * 37))];
        for (int cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(Crc32C.Of(bytes), Crc32C.Of(bytes.AsSpan(0, cut), bytes.AsSpan(cut)));
    }
}
