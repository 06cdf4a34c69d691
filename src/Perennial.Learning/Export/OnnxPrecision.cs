namespace Perennial.Learning.Export;

/// <summary>What the inside of an exported graph computes in. Inputs and outputs are float32 in every variant.</summary>
public enum OnnxPrecision
{
    /// <summary>32-bit floating point, the reference variant.</summary>
    Float32,

    /// <summary>16-bit floating point between two casts: half the size, and what GPUs are fastest at.</summary>
    Float16,
}
