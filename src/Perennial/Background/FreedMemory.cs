using System.Runtime.InteropServices;

namespace Perennial.Background;

/// <summary>
/// Memory that native libraries have freed, given back to the system. glibc keeps it for allocations to come, in pieces between what is still in use and in a heap for each of
/// several threads: without this a server grows by hundreds of megabytes over its first promotions, and over images that are large or only say so.
/// For the whole process; no effect where the C library is another one.
/// </summary>
/// <remarks>Source: mallopt(3) and malloc_trim(3), Linux man-pages.</remarks>
internal static partial class FreedMemory
{
    private const int TrimThreshold = -1, MmapThreshold = -3; // names of mallopt(3); setting either ends glibc's habit of raising both with each large block that is freed
    private const int Megabyte = 1 << 20;

    /// <summary>Lets little be kept from now on; to be called before the first image.</summary>
    public static void KeepLittle() => OnGlibc(() =>
    {
        _ = SetOption(MmapThreshold, Megabyte);     // larger blocks go back when they are freed
        _ = SetOption(TrimThreshold, 4 * Megabyte); // and what is free at the end of a heap
    });

    /// <summary>Gives back what is kept. Takes tens of milliseconds: to be called after a generation was freed, off the request path.</summary>
    public static void Return() => OnGlibc(() => _ = Trim(0));

    private static void OnGlibc(Action call)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            call();
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library works the same, only larger.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
