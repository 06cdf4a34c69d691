namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>IBuilderConfig: the settings of one build.</summary>
internal sealed unsafe class NvBuilderConfig(nint instance, NvBuilder builder, NvLibrary library) : NvObject(instance, [builder])
{
    private ConfigSlots Slots => library.Slots.Config;

    /// <summary>The most device memory that a kernel may use for itself.</summary>
    public void LimitWorkspace(long bytes)
    {
        const int Workspace = 0;
        ((delegate* unmanaged[MemberFunction]<void*, int, nuint, void>)Method(Slots.SetMemoryPoolLimit))(This, Workspace, (nuint)bytes);
    }

    /// <exception cref="EngineException">The profile is not valid.</exception>
    public void Add(NvOptimizationProfile profile)
    {
        long mark = library.Log.Mark();
        if (((delegate* unmanaged[MemberFunction]<void*, nint, int>)Method(Slots.AddOptimizationProfile))(This, profile.Instance) < 0)
            throw new EngineException($"TensorRT does not take the optimisation profile: {library.Log.ErrorsSince(mark)}");
    }
}
