using System.Runtime.Intrinsics.X86;
using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

/// <summary>Both kinds of products against sums written out here.</summary>
public sealed unsafe class DotProductTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(17)]
    [InlineData(128)]
    [InlineData(513)]
    public void Products_of_rows_are_those_of_float64_and_the_same_alone_and_together(int dimensions)
    {
        const int Rows = 19; // two whole groups and a part of one
        float[] rows = [.. Enumerable.Range(0, Rows).SelectMany(row => Vectors.Unit(dimensions, row))], query = Vectors.Unit(dimensions, 99);
        float[] scores = new float[Rows];
        fixed (float* from = rows, asked = query, to = scores)
        {
            RowDots.Of(from, Rows, asked, dimensions, to);
            for (int row = 0; row < Rows; row++)
            {
                Assert.Equal(Vectors.Cosine(rows.AsSpan(row * dimensions, dimensions), query), scores[row], 1e-6);
                Assert.Equal(scores[row], RowDots.One(from + (row * dimensions), asked, dimensions));
            }
        }
    }

    [Theory]
    [InlineData("scalar")]
    [InlineData("avx2")]
    [InlineData("vnni")]
    public void Sums_over_codes_are_the_same_integers_on_every_processor(string way)
    {
        Assert.SkipWhen(way == "avx2" && !Avx2.IsSupported, "this processor has no AVX2");
        Assert.SkipWhen(way == "vnni" && !AvxVnni.IsSupported, "this processor has no AVX-VNNI");
        foreach (int words in new[] { 1, 2, 3, 32, 33, 4096 })
        {
            byte[] codes = new byte[(words * CodeLayout.Line) + 16384]; // what is fetched ahead need not be there, but may be
            sbyte[] query = new sbyte[words * CodeLayout.WordBytes];
            foreach (bool greatest in new[] { false, true })
            {
                new Random(words).NextBytes(codes);
                for (int i = 0; i < query.Length; i++)
                    query[i] = (sbyte)(greatest ? CodeLayout.Greatest : (i * 37 % 255) - CodeLayout.Greatest);
                if (greatest)
                    codes.AsSpan().Fill(255);
                int[] sums = new int[CodeLayout.Group];
                fixed (byte* from = codes)
                fixed (sbyte* asked = query)
                fixed (int* to = sums)
                {
                    if (way == "vnni") CodeDots.ByVnni(from, words, asked, to);
                    else if (way == "avx2") CodeDots.ByAvx2(from, words, asked, to);
                    else CodeDots.ByScalars(from, words, asked, to);
                }
                int[] expected = [.. Enumerable.Range(0, CodeLayout.Group).Select(row => Enumerable.Range(0, query.Length).Sum(i => codes[(i / 4 * CodeLayout.Line) + (row * 4) + (i % 4)] * query[i]))];
                Assert.Equal(expected, sums);
            }
        }
    }
}
