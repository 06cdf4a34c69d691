namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>A GPU.</summary>
/// <param name="Index">From 0, in CUDA's order.</param>
/// <param name="Name">E.g. "NVIDIA L4".</param>
/// <param name="ComputeCapability">E.g. "8.9".</param>
internal sealed record CudaDevice(int Index, string Name, string ComputeCapability);
