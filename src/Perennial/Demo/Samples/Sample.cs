namespace Perennial.Demo.Samples;

/// <summary>One rendered picture with the family it shows; the family is kept aside for scoring and never travels with the bytes.</summary>
/// <param name="Name">File name, with the extension of its format.</param>
/// <param name="Family">What is drawn, e.g. <c>sailboat</c>.</param>
/// <param name="Bytes">The encoded PNG or JPEG.</param>
internal sealed record Sample(string Name, string Family, byte[] Bytes);
