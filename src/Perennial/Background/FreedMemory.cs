using System.Runtime.InteropServices;

namespace Perennial.Background;

/// <summary>
/// Gives memory that engines have freed back to the system. glibc keeps it, in pieces between what is still in use, for allocations to come: without
/// this a server grows by hundreds of megabytes over its first promotions.
/// </summary>
internal static partial class FreedMemory
{
    /// <summary>Takes tens of milliseconds: to be called after a generation was freed, off the request path. Does nothing where the C library is another one.</summary>
    public static void Return()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException) // musl gives large blocks back by itself
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
