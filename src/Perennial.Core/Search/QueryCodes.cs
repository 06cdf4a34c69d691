using System.Runtime.InteropServices;

namespace Perennial.Core.Search;

/// <summary>
/// A query in int8, and what that costs. With x the row, x' and q' what the codes stand for: q.x = q'.x' + q'.(x - x') + (q - q').x, and by Cauchy and Schwarz
/// the last two are at most |q'| |x - x'| and |q - q'| |x|. So a sum of integers gives a bound that the exact score cannot pass.
/// </summary>
internal sealed unsafe class QueryCodes : IDisposable
{
    /// <summary>What rounding in float32 may add to either side.</summary>
    private const float Rounding = 1e-5f;

    public QueryCodes(ReadOnlySpan<float> query)
    {
        int padded = CodeLayout.Words(query.Length) * CodeLayout.WordBytes;
        Codes = (sbyte*)NativeMemory.AlignedAlloc((nuint)padded, CodeLayout.Line);
        new Span<sbyte>(Codes, padded).Clear();
        float greatest = 0;
        foreach (float value in query)
            greatest = MathF.Max(greatest, MathF.Abs(value));
        Scale = greatest / CodeLayout.Greatest;
        double lost = 0, length = 0;
        int sum = 0;
        for (int i = 0; i < query.Length; i++)
        {
            int code = (int)MathF.Round(query[i] / Scale);
            Codes[i] = (sbyte)code;
            sum += code;
            double meant = (double)code * Scale;
            lost += (query[i] - meant) * (query[i] - meant);
            length += meant * meant;
        }
        Offset = -CodeLayout.Zero * sum;
        Length = (float)Math.Sqrt(length);
        Slack = ((float)Math.Sqrt(lost) * (1 + UnitVector.Tolerance)) + Rounding;
    }

    /// <summary>[words, 4]; zeros after the last dimension.</summary>
    public sbyte* Codes { get; }

    /// <summary>A code times this is about the value.</summary>
    public float Scale { get; }

    /// <summary>To be added to a sum over bytes that are <see cref="CodeLayout.Zero"/> too large.</summary>
    public int Offset { get; }

    /// <summary>|q'|.</summary>
    public float Length { get; }

    /// <summary>How much a score may be above its row's bound from <see cref="CodeDots"/>: what the query's own codes lose.</summary>
    public float Slack { get; }

    public void Dispose() => NativeMemory.AlignedFree(Codes);
}
