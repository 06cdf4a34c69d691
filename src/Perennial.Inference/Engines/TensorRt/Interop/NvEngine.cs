using System.Runtime.InteropServices;
using System.Text;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>ICudaEngine: the weights on the device and how to run them.</summary>
internal sealed unsafe class NvEngine(nint instance, NvRuntime runtime, NvLibrary library) : NvObject(instance, [runtime])
{
    private EngineSlots Slots => library.Slots.Engine;

    public int ProfileCount => ((delegate* unmanaged[MemberFunction]<void*, int>)Method(Slots.GetNbOptimizationProfiles))(This);

    public int TensorCount => ((delegate* unmanaged[MemberFunction]<void*, int>)Method(Slots.GetNbIOTensors))(This);

    public string? TensorName(int index) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged[MemberFunction]<void*, int, nint>)Method(Slots.GetIOTensorName))(This, index));

    public Dims Shape(string tensor)
    {
        fixed (byte* name = Terminated(tensor))
            return ((delegate* unmanaged[MemberFunction]<void*, byte*, Dims>)Method(Slots.GetTensorShape))(This, name);
    }

    public NvDataType Type(string tensor)
    {
        fixed (byte* name = Terminated(tensor))
            return (NvDataType)((delegate* unmanaged[MemberFunction]<void*, byte*, int>)Method(Slots.GetTensorDataType))(This, name);
    }

    public NvIOMode Mode(string tensor)
    {
        fixed (byte* name = Terminated(tensor))
            return (NvIOMode)((delegate* unmanaged[MemberFunction]<void*, byte*, int>)Method(Slots.GetTensorIOMode))(This, name);
    }

    /// <summary>Smallest, best or largest shape of an input in the first profile.</summary>
    public Dims ProfileShape(string tensor, NvProfileSelector selector)
    {
        fixed (byte* name = Terminated(tensor))
            return ((delegate* unmanaged[MemberFunction]<void*, byte*, int, int, Dims>)Method(Slots.GetProfileShape))(This, name, 0, (int)selector);
    }

    /// <summary>A context with device memory for the largest batch of the profile. Contexts run beside each other; one context runs one batch at a time.</summary>
    /// <exception cref="EngineException">There is too little memory on the device.</exception>
    public NvExecutionContext CreateExecutionContext()
    {
        const int Static = 0;
        long mark = library.Log.Mark();
        nint context = ((delegate* unmanaged[MemberFunction]<void*, int, nint>)Method(Slots.CreateExecutionContext))(This, Static);
        return context != 0 ? new NvExecutionContext(context, this, library)
            : throw new EngineException($"TensorRT cannot prepare the plan for running: {library.Log.ErrorsSince(mark)}");
    }

    internal static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
