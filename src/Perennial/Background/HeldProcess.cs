using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Perennial.Background;

/// <summary>A child that can be made to stand still and to go on (SIGSTOP, SIGCONT). Held by a pidfd, so that no signal ever reaches another process that was given its number.</summary>
internal sealed partial class HeldProcess : SafeHandleMinusOneIsInvalid, IHeldProcess
{
    private const int PidfdOpen = 434, PidfdSendSignal = 424; // the same on every architecture
    private const int SignalContinue = 18, SignalStop = 19;

    private HeldProcess(nint descriptor) : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Null where the system has no such thing (Linux before 5.3, other systems), or when the process has ended.</summary>
    public static HeldProcess? TryHold(int process)
    {
        if (!OperatingSystem.IsLinux()) return null;
        nint descriptor = Open(PidfdOpen, process, 0);
        return descriptor < 0 ? null : new HeldProcess(descriptor);
    }

    public void Stop() => _ = Send(PidfdSendSignal, this, SignalStop, 0, 0);

    public void Continue() => _ = Send(PidfdSendSignal, this, SignalContinue, 0, 0);

    protected override bool ReleaseHandle() => Close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Open(nint number, nint process, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Send(nint number, HeldProcess process, nint signal, nint info, nint flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
