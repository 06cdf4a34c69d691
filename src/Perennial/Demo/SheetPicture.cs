namespace Perennial.Demo;

/// <summary>One picture on a contact sheet.</summary>
/// <param name="Bytes">An encoded image.</param>
/// <param name="Caption">One short line below it.</param>
/// <param name="Right">Framed green when true and red when false; no frame when unknown.</param>
internal sealed record SheetPicture(byte[] Bytes, string Caption, bool? Right = null);
