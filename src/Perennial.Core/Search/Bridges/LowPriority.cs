using System.Runtime.InteropServices;

namespace Perennial.Core.Search.Bridges;

/// <summary>Work on a thread of its own that the system runs when nobody else wants the processor. .NET's thread priorities do nothing on Linux; a thread's niceness does.</summary>
internal static partial class LowPriority
{
    private const int PriorityOfThread = 0; // PRIO_PROCESS with 0 is the calling thread on Linux
    private const int Nicest = 19;

    public static Task<T> Run<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            _ = SetPriority(PriorityOfThread, 0, Nicest); // a refusal leaves it as it is
            try
            {
                done.SetResult(work());
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        })
        { IsBackground = true, Name = "bridge" }.Start();
        return done.Task;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
