using System.Runtime.InteropServices;
using System.Text;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>The few functions of the CUDA runtime (libcudart) that move batches to the device and back.</summary>
internal sealed unsafe class CudaRuntime
{
    private const int HostToDevice = 1, DeviceToHost = 2, NonBlocking = 1;
    private const int ComputeCapabilityMajor = 75, ComputeCapabilityMinor = 76;
    private const int NameLength = 256, LargestProperties = 16384; // cudaDeviceProp has grown to about 1 KB over time; its name comes first

    private readonly delegate* unmanaged<int*, int> _getDeviceCount;
    private readonly delegate* unmanaged<int, int> _setDevice;
    private readonly delegate* unmanaged<byte*, int, int> _getDeviceProperties;
    private readonly delegate* unmanaged<int*, int, int, int> _deviceGetAttribute;
    private readonly delegate* unmanaged<nint*, nuint, int> _malloc;
    private readonly delegate* unmanaged<nint, int> _free;
    private readonly delegate* unmanaged<nint, nint, nuint, int, nint, int> _memcpyAsync;
    private readonly delegate* unmanaged<nint*, uint, int> _streamCreateWithFlags;
    private readonly delegate* unmanaged<nint, int> _streamSynchronize, _streamDestroy;
    private readonly delegate* unmanaged<int, byte*> _getErrorString;
    private readonly delegate* unmanaged<int> _getLastError;

    /// <exception cref="EngineException">The library lacks a function.</exception>
    public CudaRuntime(NativeExports library)
    {
        _getDeviceCount = (delegate* unmanaged<int*, int>)library["cudaGetDeviceCount"];
        _setDevice = (delegate* unmanaged<int, int>)library["cudaSetDevice"];
        // CUDA 12 has two structures: the plain name fills the old one, the other the one of its headers. CUDA 13 has the plain name alone.
        _getDeviceProperties = (delegate* unmanaged<byte*, int, int>)(library.Find("cudaGetDeviceProperties_v2") is var v2 and not 0 ? v2 : library["cudaGetDeviceProperties"]);
        _deviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)library["cudaDeviceGetAttribute"];
        _malloc = (delegate* unmanaged<nint*, nuint, int>)library["cudaMalloc"];
        _free = (delegate* unmanaged<nint, int>)library["cudaFree"];
        _memcpyAsync = (delegate* unmanaged<nint, nint, nuint, int, nint, int>)library["cudaMemcpyAsync"];
        _streamCreateWithFlags = (delegate* unmanaged<nint*, uint, int>)library["cudaStreamCreateWithFlags"];
        _streamSynchronize = (delegate* unmanaged<nint, int>)library["cudaStreamSynchronize"];
        _streamDestroy = (delegate* unmanaged<nint, int>)library["cudaStreamDestroy"];
        _getErrorString = (delegate* unmanaged<int, byte*>)library["cudaGetErrorString"];
        _getLastError = (delegate* unmanaged<int>)library["cudaGetLastError"];
    }

    /// <summary>Makes a device the calling thread's own; each thread starts with device 0.</summary>
    public void Use(int device) => Check(_setDevice(device), $"use GPU {device}");

    /// <exception cref="EngineException">There is no such GPU, or no driver for it.</exception>
    public CudaDevice Describe(int device)
    {
        int count = 0, major = 0, minor = 0;
        Check(_getDeviceCount(&count), "count the GPUs");
        if (device >= count)
            throw new EngineException($"There is no GPU {device}; CUDA counts {count}, from 0.");
        byte[] properties = new byte[LargestProperties];
        fixed (byte* at = properties)
            Check(_getDeviceProperties(at, device), $"describe GPU {device}");
        Check(_deviceGetAttribute(&major, ComputeCapabilityMajor, device), $"describe GPU {device}");
        Check(_deviceGetAttribute(&minor, ComputeCapabilityMinor, device), $"describe GPU {device}");
        ReadOnlySpan<byte> name = properties.AsSpan(0, NameLength);
        int end = name.IndexOf((byte)0);
        return new CudaDevice(device, Encoding.UTF8.GetString(end < 0 ? name : name[..end]), $"{major}.{minor}");
    }

    public CudaMemory Allocate(long bytes)
    {
        nint address = 0;
        Check(_malloc(&address, (nuint)bytes), $"allocate {bytes} bytes on the GPU");
        return new CudaMemory(address, this);
    }

    public CudaStream CreateStream()
    {
        nint stream = 0;
        Check(_streamCreateWithFlags(&stream, NonBlocking), "create a stream");
        return new CudaStream(stream, this);
    }

    /// <summary>Queues a copy to the device. The source must stay where it is until the stream has been waited for.</summary>
    public void Upload(float* from, CudaMemory to, long bytes, CudaStream stream) =>
        Check(_memcpyAsync(to.Address, (nint)from, (nuint)bytes, HostToDevice, stream.Instance), "copy a batch to the GPU");

    /// <summary>Queues a copy from the device. The target must stay where it is until the stream has been waited for.</summary>
    public void Download(CudaMemory from, float* to, long bytes, CudaStream stream) =>
        Check(_memcpyAsync((nint)to, from.Address, (nuint)bytes, DeviceToHost, stream.Instance), "copy the answers from the GPU");

    /// <summary>Waits until everything queued on a stream has run.</summary>
    public void Wait(CudaStream stream) => Check(_streamSynchronize(stream.Instance), "run the batch");

    /// <summary>The same after a failure that has been told already.</summary>
    public void WaitQuietly(CudaStream stream) => _ = _streamSynchronize(stream.Instance);

    internal bool Free(nint address) => _free(address) == 0;

    internal bool Destroy(nint stream) => _streamDestroy(stream) == 0;

    private void Check(int result, string what)
    {
        if (result == 0)
            return;
        _ = _getLastError(); // or the next call on this thread, perhaps somebody else's, would be told of it again
        throw new EngineException($"CUDA could not {what}: {Marshal.PtrToStringUTF8((nint)_getErrorString(result))} (error {result}).");
    }
}
