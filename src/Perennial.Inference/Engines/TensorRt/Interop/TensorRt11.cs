namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>TensorRT 11.0 and 11.1, where every network is strongly typed.</summary>
internal static class TensorRt11
{
    public static readonly SlotTable Slots = new()
    {
        Major = 11,
        StronglyTyped = 1u << 0,
        Runtime = new(DeserializeCudaEngine: 3),
        Engine = new(
            CreateExecutionContext: 5,
            GetNbOptimizationProfiles: 8,
            GetTensorShape: 15,
            GetTensorDataType: 16,
            GetTensorIOMode: 19,
            GetProfileShape: 25,
            GetNbIOTensors: 26,
            GetIOTensorName: 27),
        Context = new(SetInputShape: 20, GetTensorShape: 21, SetTensorAddress: 23, EnqueueV3: 36),
        Builder = new(CreateBuilderConfig: 5, CreateNetworkV2: 6, CreateOptimizationProfile: 7, BuildSerializedNetwork: 11),
        Config = new(AddOptimizationProfile: 23, SetMemoryPoolLimit: 32),
        Profile = new(SetDimensions: 2, IsValid: 7),
        HostMemory = new(Data: 2, Size: 3),
        Network = new(GetNbInputs: 14, GetInput: 15, GetNbOutputs: 16, GetOutput: 17),
        Tensor = new(GetName: 3, GetDimensions: 5, GetDataType: 6),
        Parser = new(Parse: 0, GetNbErrors: 3, GetError: 4, DeletingDestructor: 7, ErrorDescription: 1, ErrorNode: 5),
        Logger = LoggerLayout.Versioned,
    };
}
