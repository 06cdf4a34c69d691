namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>
/// Where TensorRT's methods stand in the virtual tables of one major version: the position of each method that is called here, counted from 0
/// in the order of declaration. Slots 0 and 1 of a class that begins with a virtual destructor are the destructor pair.
/// </summary>
/// <remarks>
/// An object that TensorRT hands out is {vptr, pointer to its implementation}; the methods below are called on the implementation, whose class
/// begins with a virtual destructor. The parser, its errors and the logger have no implementation beside them: their own table is called.
/// Within a major version the classes only grow at the end.
/// </remarks>
internal sealed record SlotTable
{
    public const int DeletingDestructor = 1;

    public required int Major { get; init; }

    /// <summary>Bit mask for createNetworkV2 that asks for a strongly typed network: types come from the ONNX file alone.</summary>
    public required uint StronglyTyped { get; init; }

    public required RuntimeSlots Runtime { get; init; }

    public required EngineSlots Engine { get; init; }

    public required ContextSlots Context { get; init; }

    public required BuilderSlots Builder { get; init; }

    public required ConfigSlots Config { get; init; }

    public required ProfileSlots Profile { get; init; }

    public required HostMemorySlots HostMemory { get; init; }

    public required NetworkSlots Network { get; init; }

    public required TensorSlots Tensor { get; init; }

    public required ParserSlots Parser { get; init; }

    public required LoggerLayout Logger { get; init; }

    /// <summary>The table of a major version, or null for one that is not known.</summary>
    public static SlotTable? Of(int major) => major switch
    {
        10 => TensorRt10.Slots,
        11 => TensorRt11.Slots,
        _ => null,
    };
}

internal sealed record RuntimeSlots(int DeserializeCudaEngine);

internal sealed record EngineSlots(
    int CreateExecutionContext, int GetNbOptimizationProfiles, int GetTensorShape, int GetTensorDataType, int GetTensorIOMode, int GetProfileShape, int GetNbIOTensors, int GetIOTensorName);

internal sealed record ContextSlots(int SetInputShape, int GetTensorShape, int SetTensorAddress, int EnqueueV3);

internal sealed record BuilderSlots(int CreateBuilderConfig, int CreateNetworkV2, int CreateOptimizationProfile, int BuildSerializedNetwork);

internal sealed record ConfigSlots(int AddOptimizationProfile, int SetMemoryPoolLimit);

internal sealed record ProfileSlots(int SetDimensions, int IsValid);

internal sealed record HostMemorySlots(int Data, int Size);

internal sealed record NetworkSlots(int GetNbInputs, int GetInput, int GetNbOutputs, int GetOutput);

internal sealed record TensorSlots(int GetName, int GetDimensions, int GetDataType);

internal sealed record ParserSlots(int Parse, int GetNbErrors, int GetError, int DeletingDestructor, int ErrorDescription, int ErrorNode);

/// <summary>The table that TensorRT expects of a logger.</summary>
internal enum LoggerLayout
{
    /// <summary>[log, destructor, destructor]</summary>
    Plain,

    /// <summary>[getAPILanguage, getInterfaceInfo, destructor, destructor, log]</summary>
    Versioned,
}
