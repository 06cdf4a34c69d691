using System.Runtime.InteropServices;

namespace Perennial.Hosting;

/// <summary>
/// Makes the C allocator give back what it needs no more. By default, glibc learns from each large block that is freed to keep blocks of up to 32 MB, in a heap
/// for each of several threads: images that are large, or only say so, then leave hundreds of megabytes behind. For the whole process. No effect where the C
/// library has no <c>mallopt</c>.
/// </summary>
/// <remarks>Source: mallopt(3), Linux man-pages.</remarks>
internal static partial class ServingMemory
{
    private const int TrimThreshold = -1, MmapThreshold = -3; // names of mallopt(3); setting either ends the learning
    private const int Megabyte = 1 << 20;

    /// <summary>To be called before the first image.</summary>
    public static void GiveBack()
    {
        try
        {
            _ = SetOption(MmapThreshold, Megabyte);     // larger blocks go back to the system when they are freed
            _ = SetOption(TrimThreshold, 4 * Megabyte); // and what is free at the end of a heap
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: it works the same, only larger.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
