namespace Perennial.Inference.Engines;

/// <summary>Builds a TensorRT plan of an ONNX file for the GPU of this machine and writes it to a file.</summary>
/// <param name="onnxPath">As <see cref="EngineLoader"/> takes it.</param>
/// <param name="digest">Hexadecimal SHA-256 of the ONNX file's bytes.</param>
/// <param name="options">Precision of the file, GPU, and the largest batch that the plan takes.</param>
/// <param name="planPath">Written whole or not at all.</param>
/// <exception cref="EngineException">TensorRT cannot build it.</exception>
public delegate void PlanWriter(string onnxPath, string digest, EngineOptions options, string planPath);
