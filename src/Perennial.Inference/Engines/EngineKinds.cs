namespace Perennial.Inference.Engines;

/// <summary>Names of the engines: in the configuration, the log and the metrics.</summary>
public static class EngineKinds
{
    /// <summary>The first one, in the order below, that answers the probes as recorded.</summary>
    public const string Auto = "auto";

    /// <summary>TensorRT itself.</summary>
    public const string TensorRt = "tensorrt";

    /// <summary>ONNX Runtime with its TensorRT provider.</summary>
    public const string OnnxRuntimeTensorRt = "onnxruntime-tensorrt";

    /// <summary>ONNX Runtime with its CUDA provider.</summary>
    public const string OnnxRuntimeCuda = "onnxruntime-cuda";

    /// <summary>ONNX Runtime on the processor.</summary>
    public const string OnnxRuntimeCpu = "onnxruntime-cpu";
}
