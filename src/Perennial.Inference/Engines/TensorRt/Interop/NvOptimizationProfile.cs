namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>IOptimizationProfile: the shapes that a plan must be able to take. Belongs to its builder and is freed with it.</summary>
internal readonly unsafe struct NvOptimizationProfile(nint instance, NvLibrary library)
{
    public nint Instance => instance;

    /// <exception cref="EngineException">TensorRT refuses the shape.</exception>
    public void Set(string tensor, NvProfileSelector selector, Dims shape)
    {
        void* implementation = NvObject.Implementation(instance);
        long mark = library.Log.Mark();
        byte done;
        fixed (byte* name = NvEngine.Terminated(tensor))
            done = ((delegate* unmanaged[MemberFunction]<void*, byte*, int, Dims*, byte>)NvObject.Method(implementation, library.Slots.Profile.SetDimensions))(implementation, name, (int)selector, &shape);
        if (done == 0)
            throw new EngineException($"TensorRT does not take the shape {shape} for '{tensor}': {library.Log.ErrorsSince(mark)}");
    }

    public bool IsValid
    {
        get
        {
            void* implementation = NvObject.Implementation(instance);
            return ((delegate* unmanaged[MemberFunction]<void*, byte>)NvObject.Method(implementation, library.Slots.Profile.IsValid))(implementation) != 0;
        }
    }
}
