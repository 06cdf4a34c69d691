namespace Perennial.Endpoints.Contracts;

/// <summary>How embeddings are written.</summary>
public enum EncodingFormat
{
    /// <summary>An array of numbers.</summary>
    Float,

    /// <summary>Base64 of little-endian 32-bit floats: about a third of the bytes, and exact.</summary>
    Base64,
}
