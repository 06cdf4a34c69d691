namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>How a request says where its body ends.</summary>
internal enum Framing
{
    Length,
    Chunked,
    None,

    /// <summary>Announces more than it sends.</summary>
    TooLong,

    /// <summary>Sends more than it announces.</summary>
    TooShort,
    Huge,
    NoNumber,
    TwoLengths,
    ChunkedAndLength,
    UnknownCoding,
    BrokenChunks,
    EndlessChunks,
}
