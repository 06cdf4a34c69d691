namespace Perennial.Client;

/// <summary>An image on its way to a service.</summary>
/// <param name="Name">File name; the service does not need it.</param>
/// <param name="Bytes">The encoded image.</param>
internal sealed record Upload(string Name, ReadOnlyMemory<byte> Bytes);
