using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>Memory on the device.</summary>
internal sealed class CudaMemory : SafeHandle
{
    private readonly CudaRuntime _cuda;

    public CudaMemory(nint address, CudaRuntime cuda)
        : base(0, ownsHandle: true)
    {
        _cuda = cuda;
        SetHandle(address);
    }

    public override bool IsInvalid => handle == 0;

    public nint Address => handle;

    protected override bool ReleaseHandle() => _cuda.Free(handle);
}
