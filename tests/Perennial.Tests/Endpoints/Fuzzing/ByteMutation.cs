namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Changes that know nothing of what the bytes mean.</summary>
internal static class ByteMutation
{
    private static readonly byte[] Telling = [0x00, 0xFF, 0x7F, 0x80, (byte)'"', (byte)'\\', (byte)'{', (byte)'[', (byte)'\r', (byte)'\n', (byte)'-', 0xC0, 0xED];

    public static byte[] Apply(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        for (int times = 1 + random.Next(4); times > 0; times--) changed = Once(changed, random);
        return changed;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length + 1), to = Math.Min(bytes.Length, at + random.Next(1, 24));
        switch (random.Next(8))
        {
            case 0: return bytes[..at];
            case 1: return [.. bytes[..at], .. random.Bytes(32), .. bytes[at..]];
            case 2: return [.. bytes[..at], .. bytes[to..]];
            case 3: return [.. bytes[..to], .. bytes[at..]]; // a run twice
            case 4: return [.. "\uFEFF"u8, .. bytes];
            case 5 when at < bytes.Length: bytes[at] = random.Pick(Telling); return bytes;
            default:
                if (at < bytes.Length) bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }
}
