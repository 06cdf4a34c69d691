using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Perennial.Core.Corpus;

/// <summary>The name of an image: SHA-256 of its encoded bytes, 64 lower-case hexadecimal digits.</summary>
public static class ImageId
{
    private const int Digits = 64;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>The id of these bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Whether the text is shaped like an id. Nothing else is ever made part of a path.</summary>
    public static bool IsValid([NotNullWhen(true)] string? id) => id is { Length: Digits } && !id.AsSpan().ContainsAnyExcept(Hexadecimal);
}
