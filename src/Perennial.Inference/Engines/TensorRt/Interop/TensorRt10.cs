namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>TensorRT 10.0 to 10.16.</summary>
internal static class TensorRt10
{
    public static readonly SlotTable Slots = new()
    {
        Major = 10,
        StronglyTyped = 1u << 1,
        Runtime = new(DeserializeCudaEngine: 3),
        Engine = new(
            CreateExecutionContext: 5,
            GetNbOptimizationProfiles: 10,
            GetTensorShape: 19,
            GetTensorDataType: 20,
            GetTensorIOMode: 23,
            GetProfileShape: 29,
            GetNbIOTensors: 30,
            GetIOTensorName: 31),
        Context = new(SetInputShape: 21, GetTensorShape: 22, SetTensorAddress: 24, EnqueueV3: 37),
        Builder = new(CreateBuilderConfig: 7, CreateNetworkV2: 8, CreateOptimizationProfile: 9, BuildSerializedNetwork: 14),
        Config = new(AddOptimizationProfile: 25, SetMemoryPoolLimit: 43),
        Profile = new(SetDimensions: 2, IsValid: 9),
        HostMemory = new(Data: 2, Size: 3),
        Network = new(GetNbInputs: 14, GetInput: 15, GetNbOutputs: 16, GetOutput: 17),
        Tensor = new(GetName: 3, GetDimensions: 5, GetDataType: 7),
        Parser = new(Parse: 0, GetNbErrors: 5, GetError: 6, DeletingDestructor: 9, ErrorDescription: 1, ErrorNode: 5),
        Logger = LoggerLayout.Plain,
    };
}
