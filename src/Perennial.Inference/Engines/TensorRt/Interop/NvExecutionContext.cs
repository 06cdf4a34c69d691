namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>IExecutionContext: the working memory of one batch at a time.</summary>
internal sealed unsafe class NvExecutionContext(nint instance, NvEngine engine, NvLibrary library) : NvObject(instance, [engine])
{
    private ContextSlots Slots => library.Slots.Context;

    /// <exception cref="EngineException">TensorRT refuses the shape.</exception>
    public void SetInputShape(ReadOnlySpan<byte> tensor, in Dims shape)
    {
        long mark = library.Log.Mark();
        fixed (byte* name = tensor)
        fixed (Dims* dims = &shape)
            Expect(((delegate* unmanaged[MemberFunction]<void*, byte*, Dims*, byte>)Method(Slots.SetInputShape))(This, name, dims), $"does not take the shape {shape}", mark);
    }

    public Dims Shape(ReadOnlySpan<byte> tensor)
    {
        fixed (byte* name = tensor)
            return ((delegate* unmanaged[MemberFunction]<void*, byte*, Dims>)Method(Slots.GetTensorShape))(This, name);
    }

    /// <summary>Where the context reads an input or writes an output; the memory must outlive the context's runs.</summary>
    /// <exception cref="EngineException">TensorRT refuses the address.</exception>
    public void SetTensorAddress(ReadOnlySpan<byte> tensor, CudaMemory memory)
    {
        long mark = library.Log.Mark();
        fixed (byte* name = tensor)
            Expect(((delegate* unmanaged[MemberFunction]<void*, byte*, nint, byte>)Method(Slots.SetTensorAddress))(This, name, memory.Address), "does not take the memory of a tensor", mark);
    }

    /// <summary>Queues one batch on a stream; it has run when the stream has been waited for.</summary>
    /// <exception cref="EngineException">TensorRT could not queue it.</exception>
    public void Enqueue(CudaStream stream)
    {
        long mark = library.Log.Mark();
        Expect(((delegate* unmanaged[MemberFunction]<void*, nint, byte>)Method(Slots.EnqueueV3))(This, stream.Instance), "could not run the batch", mark);
    }

    private void Expect(byte done, string failure, long mark)
    {
        if (done == 0)
            throw new EngineException($"TensorRT {failure}: {library.Log.ErrorsSince(mark)}");
    }
}
