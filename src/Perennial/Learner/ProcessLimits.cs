using System.Globalization;
using System.Runtime.InteropServices;

namespace Perennial.Learner;

/// <summary>Makes this process step back behind the server: what Linux offers for that without privileges. To be called before libtorch is loaded.</summary>
internal static partial class ProcessLimits
{
    private const int PriorityOfThread = 0; // PRIO_PROCESS; Linux takes a thread's id
    private const int DataSegment = 2;      // RLIMIT_DATA: private writable memory, anonymous mappings included (Linux 4.7)
    private const string FirstToBeKilled = "800";

    /// <param name="nice">0 to 19.</param>
    /// <param name="memoryBytes">Most private memory; an allocation beyond it fails. Null: no limit.</param>
    public static void Apply(int nice, long? memoryBytes)
    {
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task")) // new threads inherit it
            _ = SetPriority(PriorityOfThread, uint.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), nice);
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", FirstToBeKilled); // if memory runs out, the learner goes and the server stays
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A sandbox without a writable /proc: the limit below has to do.
        }
        if (memoryBytes is { } bytes)
        {
            Limit limit = new((ulong)bytes, (ulong)bytes);
            if (SetLimit(DataSegment, in limit) != 0) throw new IOException($"The memory limit of {bytes} bytes cannot be set: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(ulong Soft, ulong Hard);
}
