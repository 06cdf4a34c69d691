using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>A queue of work on the device, which runs beside other streams.</summary>
internal sealed class CudaStream : SafeHandle
{
    private readonly CudaRuntime _cuda;

    public CudaStream(nint stream, CudaRuntime cuda)
        : base(0, ownsHandle: true)
    {
        _cuda = cuda;
        SetHandle(stream);
    }

    public override bool IsInvalid => handle == 0;

    public nint Instance => handle;

    protected override bool ReleaseHandle() => _cuda.Destroy(handle);
}
