using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>
/// The ILogger that TensorRT calls: a block of native memory whose table holds functions of ours, {vptr, handle of the <see cref="TensorRtLog"/>}.
/// It is never freed. TensorRT keeps the first logger it has seen for code that belongs to no object, and says of no moment that it is done with it.
/// </summary>
internal sealed unsafe class NativeLogger
{
    private static readonly void** Plain = Table(
        (nint)(delegate* unmanaged[MemberFunction]<void**, int, byte*, void>)&Log,
        (nint)(delegate* unmanaged[MemberFunction]<void**, void>)&Destroy,
        (nint)(delegate* unmanaged[MemberFunction]<void**, void>)&Destroy);

    private static readonly void** Versioned = Table(
        (nint)(delegate* unmanaged[MemberFunction]<void**, int>)&Language,
        (nint)(delegate* unmanaged[MemberFunction]<void**, InterfaceInfo>)&Info,
        (nint)(delegate* unmanaged[MemberFunction]<void**, void>)&Destroy,
        (nint)(delegate* unmanaged[MemberFunction]<void**, void>)&Destroy,
        (nint)(delegate* unmanaged[MemberFunction]<void**, int, byte*, void>)&Log);

    private static readonly byte* Kind = Text("ILogger"u8);

    public NativeLogger(LoggerLayout layout, TensorRtLog log)
    {
        void** block = (void**)NativeMemory.Alloc(2, (nuint)sizeof(void*));
        block[0] = layout == LoggerLayout.Plain ? Plain : Versioned;
        block[1] = (void*)GCHandle.ToIntPtr(GCHandle.Alloc(log));
        Instance = (nint)block;
    }

    public nint Instance { get; }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvMemberFunction)])]
    private static void Log(void** logger, int severity, byte* text)
    {
        if (GCHandle.FromIntPtr((nint)logger[1]).Target is TensorRtLog log && text != null)
            log.Write((TensorRtSeverity)severity, Marshal.PtrToStringUTF8((nint)text) ?? "");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvMemberFunction)])]
    private static void Destroy(void** logger)
    {
        // Loggers belong to the application; nobody else destroys one.
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvMemberFunction)])]
    private static int Language(void** logger) => 0; // kCPP

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvMemberFunction)])]
    private static InterfaceInfo Info(void** logger) => new() { Kind = Kind, Major = 1, Minor = 0 };

    private static void** Table(params ReadOnlySpan<nint> functions)
    {
        void** table = (void**)NativeMemory.Alloc((nuint)functions.Length, (nuint)sizeof(void*));
        for (int i = 0; i < functions.Length; i++)
            table[i] = (void*)functions[i];
        return table;
    }

    private static byte* Text(ReadOnlySpan<byte> text)
    {
        byte* copy = (byte*)NativeMemory.AllocZeroed((nuint)text.Length + 1);
        text.CopyTo(new Span<byte>(copy, text.Length));
        return copy;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct InterfaceInfo
    {
        public byte* Kind;
        public int Major;
        public int Minor;
    }
}
