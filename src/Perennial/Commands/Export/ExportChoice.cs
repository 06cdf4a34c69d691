namespace Perennial.Commands.Export;

/// <summary>What is to be written.</summary>
/// <param name="Output">Folder for plain files; null for none.</param>
/// <param name="Triton">Folder for a Triton model repository; null for none.</param>
/// <param name="Fp16">The float16 encoder too.</param>
/// <param name="Int8">The int8 encoder too.</param>
/// <param name="Int8Model">An int8 encoder that was calibrated anew, in place of the generation's own; null for that.</param>
/// <param name="TensorRt">A TensorRT plan too.</param>
/// <param name="MaxBatch">Largest batch of the plan and of Triton.</param>
internal sealed record ExportChoice(string? Output, string? Triton, bool Fp16, bool Int8, byte[]? Int8Model, bool TensorRt, int MaxBatch);
