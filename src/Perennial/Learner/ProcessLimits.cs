using System.Globalization;
using System.Runtime.InteropServices;

namespace Perennial.Learner;

/// <summary>Makes this process step back behind the server: what Linux offers for that without privileges. To be called before libtorch is loaded.</summary>
internal static partial class ProcessLimits
{
    private const int PriorityOfThread = 0; // PRIO_PROCESS; Linux takes a thread's id
    private const int DataSegment = 2;      // RLIMIT_DATA: private writable memory, anonymous mappings included (Linux 4.7)
    private const int TellOfParentsDeath = 1;   // PR_SET_PDEATHSIG
    private const int SignalContinue = 18;
    private const int SchedulingIdle = 5;       // SCHED_IDLE
    private const int Nicest = 19;
    private const string FirstToBeKilled = "800";

    /// <param name="nice">0 to 19; 19 also means to run only where a core has nothing else to do.</param>
    /// <param name="memoryBytes">Most private memory; an allocation beyond it fails. Null: no limit.</param>
    public static void Apply(int nice, long? memoryBytes)
    {
        _ = ProcessControl(TellOfParentsDeath, SignalContinue, 0, 0, 0); // a server that dies while we stand still for its requests must not leave us so
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task")) // new threads inherit it
        {
            uint id = uint.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture);
            _ = SetPriority(PriorityOfThread, id, nice);
            if (nice == Nicest) _ = SetScheduler((int)id, SchedulingIdle, 0);
        }
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

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(ulong Soft, ulong Hard);
}
