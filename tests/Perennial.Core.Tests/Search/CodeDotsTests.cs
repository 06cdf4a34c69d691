using System.Runtime.Intrinsics.X86;
using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

public sealed unsafe class CodeDotsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(512)]
    public void Every_way_to_sum_gives_the_integers_of_a_plain_loop(int words)
    {
        Random random = new(words);
        for (int round = 0; round < 20; round++)
        {
            byte[] codes = new byte[(words * CodeLayout.Line) + 64];
            sbyte[] query = new sbyte[words * CodeLayout.WordBytes];
            random.NextBytes(codes);
            for (int i = 0; i < query.Length; i++)
                query[i] = (sbyte)random.Next(-CodeLayout.Greatest, CodeLayout.Greatest + 1);
            if (round == 0)
            {
                Array.Fill(codes, byte.MaxValue); // the greatest products of all: nothing may saturate
                Array.Fill(query, (sbyte)-CodeLayout.Greatest);
            }
            int[] expected = new int[CodeLayout.Group];
            for (int row = 0; row < CodeLayout.Group; row++)
            {
                for (int i = 0; i < query.Length; i++)
                    expected[row] += codes[((i / 4) * CodeLayout.Line) + (row * 4) + (i % 4)] * query[i];
            }
            int[] sums = new int[CodeLayout.Group];
            fixed (byte* from = codes)
            fixed (sbyte* by = query)
            fixed (int* to = sums)
            {
                CodeDots.ByScalars(from, words, by, to);
                Assert.Equal(expected, sums);
                if (Avx2.IsSupported)
                {
                    Array.Clear(sums);
                    CodeDots.ByAvx2(from, words, by, to);
                    Assert.Equal(expected, sums);
                }
                if (AvxVnni.IsSupported)
                {
                    Array.Clear(sums);
                    CodeDots.ByVnni(from, words, by, to);
                    Assert.Equal(expected, sums);
                }
            }
        }
    }
}
