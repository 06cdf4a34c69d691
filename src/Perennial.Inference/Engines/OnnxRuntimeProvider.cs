namespace Perennial.Inference.Engines;

/// <summary>What ONNX Runtime computes with.</summary>
internal enum OnnxRuntimeProvider
{
    Cpu,
    Cuda,
    TensorRt,
}
