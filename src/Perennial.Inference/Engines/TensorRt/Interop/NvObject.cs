using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>
/// An object of TensorRT's: {vptr, pointer to its implementation}, freed through the deleting destructor of its own table.
/// It keeps what it was made from alive, so that whatever the order of disposal, a context goes before its engine and an engine before its runtime.
/// </summary>
/// <remarks>Methods do not count references: whoever calls one keeps the object from being disposed meanwhile.</remarks>
internal abstract unsafe class NvObject : SafeHandle
{
    private readonly SafeHandle[] _parents;
    private readonly int _destructor;

    protected NvObject(nint instance, ReadOnlySpan<SafeHandle> parents, int destructor = SlotTable.DeletingDestructor)
        : base(0, ownsHandle: true)
    {
        _destructor = destructor;
        _parents = parents.ToArray();
        foreach (SafeHandle parent in _parents)
        {
            bool held = false;
            parent.DangerousAddRef(ref held);
        }
        SetHandle(instance);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The object itself, which is what other objects take as an argument.</summary>
    public nint Instance => handle;

    /// <summary>What the methods are called on.</summary>
    protected void* This => Implementation(handle);

    public static void* Implementation(nint instance) => ((void**)instance)[1];

    public static void* Method(void* target, int slot) => (*(void***)target)[slot];

    protected void* Method(int slot) => Method(This, slot);

    protected override bool ReleaseHandle()
    {
        ((delegate* unmanaged[MemberFunction]<void*, void>)Method((void*)handle, _destructor))((void*)handle);
        foreach (SafeHandle parent in _parents)
            parent.DangerousRelease();
        return true;
    }
}
