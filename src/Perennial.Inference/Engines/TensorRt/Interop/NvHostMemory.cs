namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>IHostMemory: the bytes of a plan. Outlives its builder.</summary>
internal sealed unsafe class NvHostMemory(nint instance, NvLibrary library) : NvObject(instance, [])
{
    /// <summary>Valid until disposal.</summary>
    /// <exception cref="EngineException">The plan is empty or larger than 2 GB.</exception>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            void* data = ((delegate* unmanaged[MemberFunction]<void*, void*>)Method(library.Slots.HostMemory.Data))(This);
            nuint size = ((delegate* unmanaged[MemberFunction]<void*, nuint>)Method(library.Slots.HostMemory.Size))(This);
            return data != null && size is > 0 and <= int.MaxValue ? new ReadOnlySpan<byte>(data, (int)size)
                : throw new EngineException($"TensorRT made a plan of {size} bytes; 1 byte to 2 GB can be loaded.");
        }
    }
}
