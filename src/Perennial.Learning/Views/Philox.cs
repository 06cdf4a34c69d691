namespace Perennial.Learning.Views;

/// <summary>
/// Philox4x32-10, a counter-based generator: the same counter and key give the same four words, on any machine, in any order.
/// So every draw of a training has an address, and a resumed run draws what the uninterrupted one would have drawn.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
/// </summary>
internal static class Philox
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85; // golden ratio, sqrt(3) - 1
    private const int Rounds = 10;

    /// <summary>Four random words for a 128-bit counter under a 64-bit key.</summary>
    public static (uint X, uint Y, uint Z, uint W) Block((uint X, uint Y, uint Z, uint W) counter, ulong key)
    {
        var (x, y, z, w) = counter;
        uint key0 = (uint)key, key1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            uint high0 = (uint)(Math.BigMul(Multiplier0, x) >> 32), low0 = Multiplier0 * x;
            uint high1 = (uint)(Math.BigMul(Multiplier1, z) >> 32), low1 = Multiplier1 * z;
            (x, y, z, w) = (high1 ^ y ^ key0, low1, high0 ^ w ^ key1, low0);
            key0 += Weyl0;
            key1 += Weyl1;
        }
        return (x, y, z, w);
    }
}
