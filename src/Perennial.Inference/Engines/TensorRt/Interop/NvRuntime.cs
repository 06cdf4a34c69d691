namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>IRuntime: makes engines of plans.</summary>
internal sealed unsafe class NvRuntime(nint instance, NvLibrary library) : NvObject(instance, [])
{
    /// <param name="plan">Bytes of a plan; read until the call returns.</param>
    /// <exception cref="EngineException">The plan is damaged, or made for another GPU or version.</exception>
    public NvEngine Deserialize(ReadOnlySpan<byte> plan)
    {
        long mark = library.Log.Mark();
        nint engine;
        fixed (byte* bytes = plan)
            engine = ((delegate* unmanaged[MemberFunction]<void*, void*, nuint, nint>)Method(library.Slots.Runtime.DeserializeCudaEngine))(This, bytes, (nuint)plan.Length);
        return engine != 0 ? new NvEngine(engine, this, library)
            : throw new EngineException($"TensorRT cannot load the plan: {library.Log.ErrorsSince(mark)}");
    }
}
