using System.Text.Json.Nodes;

namespace Perennial.Client;

/// <summary>An image on its way to a service.</summary>
/// <param name="Name">File name; the service does not need it.</param>
/// <param name="Bytes">The encoded image.</param>
/// <param name="Label">Its label, or null.</param>
/// <param name="Metadata">What is to be kept beside it, or null.</param>
internal sealed record Upload(string Name, ReadOnlyMemory<byte> Bytes, string? Label = null, JsonObject? Metadata = null);
