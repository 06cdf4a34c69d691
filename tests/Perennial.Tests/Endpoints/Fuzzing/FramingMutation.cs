namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Changes to how a body is framed, how much of the request is sent, and how the client leaves.</summary>
internal static class FramingMutation
{
    private static readonly Framing[] Broken = [Framing.None, Framing.TooLong, Framing.TooShort, Framing.Huge, Framing.NoNumber, Framing.TwoLengths, Framing.ChunkedAndLength, Framing.UnknownCoding, Framing.BrokenChunks, Framing.EndlessChunks];

    public static void Apply(FuzzRequest request, Random random)
    {
        if (random.OneIn(4))
        {
            request.Framing = Framing.Chunked;
            return;
        }
        request.IsWholeHttp = false;
        if (random.OneIn(3))
            request.Cut = random.Next(request.ToWire().Length);
        else
            request.Framing = random.Pick(Broken);
        request.Farewell = random.OneIn(3) ? Farewell.Reset : Farewell.HalfClose; // without either, the server would wait for the rest, as it should
    }
}
