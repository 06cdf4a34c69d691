namespace Perennial.Inference.Engines;

/// <summary>Makes an engine of an ONNX file.</summary>
/// <param name="onnxPath">"image" [N, 3, H, W] to "embedding" [N, D], or "embedding" [N, D] to "probabilities" [N, C]; N free, float32.</param>
/// <param name="digest">Hexadecimal SHA-256 of the file's bytes: what is built of it may be kept under this name.</param>
/// <param name="options"><see cref="EngineOptions.Precision"/> is the precision of this very file, never "auto".</param>
/// <exception cref="EngineException">The file cannot be run by this engine; nothing is left loaded.</exception>
public delegate IInferenceEngine EngineLoader(string onnxPath, string digest, EngineOptions options);
