using System.Text.Json.Nodes;

namespace Perennial.Core.Corpus;

/// <summary>An image that asks to be taken into the corpus.</summary>
/// <param name="Bytes">The encoded image.</param>
/// <param name="Label">1 to 200 characters, or null.</param>
/// <param name="Metadata">A JSON object of at most 16 KiB, or null.</param>
public sealed record IncomingImage(ReadOnlyMemory<byte> Bytes, string? Label = null, JsonObject? Metadata = null);
