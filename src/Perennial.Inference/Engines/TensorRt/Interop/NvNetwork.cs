using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>INetworkDefinition: what the parser has made of an ONNX file.</summary>
internal sealed unsafe class NvNetwork(nint instance, NvBuilder builder, NvLibrary library) : NvObject(instance, [builder])
{
    private NetworkSlots Slots => library.Slots.Network;

    public int InputCount => ((delegate* unmanaged[MemberFunction]<void*, int>)Method(Slots.GetNbInputs))(This);

    public int OutputCount => ((delegate* unmanaged[MemberFunction]<void*, int>)Method(Slots.GetNbOutputs))(This);

    public (string Name, Dims Shape, NvDataType Type) Input(int index) => Describe(Tensor(Slots.GetInput, index));

    public (string Name, Dims Shape, NvDataType Type) Output(int index) => Describe(Tensor(Slots.GetOutput, index));

    private nint Tensor(int slot, int index) => ((delegate* unmanaged[MemberFunction]<void*, int, nint>)Method(slot))(This, index);

    private (string Name, Dims Shape, NvDataType Type) Describe(nint tensor)
    {
        if (tensor == 0)
            throw new EngineException("TensorRT does not give an input or output that it has counted.");
        void* implementation = Implementation(tensor);
        TensorSlots slots = library.Slots.Tensor;
        return (
            Marshal.PtrToStringUTF8(((delegate* unmanaged[MemberFunction]<void*, nint>)Method(implementation, slots.GetName))(implementation)) ?? "",
            ((delegate* unmanaged[MemberFunction]<void*, Dims>)Method(implementation, slots.GetDimensions))(implementation),
            (NvDataType)((delegate* unmanaged[MemberFunction]<void*, int>)Method(implementation, slots.GetDataType))(implementation));
    }
}
