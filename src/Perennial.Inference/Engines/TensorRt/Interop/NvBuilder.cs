namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>IBuilder: makes plans of networks.</summary>
internal sealed unsafe class NvBuilder(nint instance, NvLibrary library) : NvObject(instance, [])
{
    private BuilderSlots Slots => library.Slots.Builder;

    /// <summary>An empty network whose types will be those of the ONNX file.</summary>
    public NvNetwork CreateNetwork() => new(
        Made("an empty network", () => ((delegate* unmanaged[MemberFunction]<void*, uint, nint>)Method(Slots.CreateNetworkV2))(This, library.Slots.StronglyTyped)), this, library);

    public NvBuilderConfig CreateConfig() => new(
        Made("the settings of a build", () => ((delegate* unmanaged[MemberFunction]<void*, nint>)Method(Slots.CreateBuilderConfig))(This)), this, library);

    public NvOptimizationProfile CreateProfile() => new(
        Made("an optimisation profile", () => ((delegate* unmanaged[MemberFunction]<void*, nint>)Method(Slots.CreateOptimizationProfile))(This)), library);

    /// <summary>Chooses the kernels, by timing them on the device, and writes the plan. Takes seconds to minutes.</summary>
    /// <exception cref="EngineException">TensorRT cannot build the network.</exception>
    public NvHostMemory Build(NvNetwork network, NvBuilderConfig config) => new(
        Made("a plan", () => ((delegate* unmanaged[MemberFunction]<void*, nint, nint, nint>)Method(Slots.BuildSerializedNetwork))(This, network.Instance, config.Instance)), library);

    private nint Made(string what, Func<nint> make)
    {
        long mark = library.Log.Mark();
        nint made = make();
        return made != 0 ? made : throw new EngineException($"TensorRT could not make {what}: {library.Log.ErrorsSince(mark)}");
    }
}
