using System.Runtime.InteropServices;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// Makes the C allocator keep what it has got from the system. A training step allocates and frees the same hundreds of megabytes again and again; by
/// default glibc hands blocks above 32 MB back at once, and the kernel zeroes new pages for each step, a quarter to a half of its time on a CPU.
/// For the whole process, so only where training is all that it does. No effect where the C library has no <c>mallopt</c>.
/// </summary>
/// <remarks>Source: mallopt(3), Linux man-pages.</remarks>
public static partial class TrainingMemory
{
    private const int TrimThreshold = -1, TopPad = -2, MmapMax = -4, ArenaMax = -8; // names of mallopt(3)
    private const int Megabyte = 1 << 20;

    /// <summary>To be called before the first tensor.</summary>
    public static void Keep()
    {
        try
        {
            _ = SetOption(ArenaMax, 1);                 // one heap, so that what a thread frees any other can take
            _ = SetOption(MmapMax, 0);                  // nothing past the heap
            _ = SetOption(TrimThreshold, int.MaxValue); // never given back
            _ = SetOption(TopPad, 64 * Megabyte);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: it works the same, only slower.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
