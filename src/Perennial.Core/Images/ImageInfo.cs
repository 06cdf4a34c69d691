namespace Perennial.Core.Images;

/// <summary>What an image that was decoded successfully is.</summary>
/// <param name="Width">Width in pixels as the image is looked at, that is after its EXIF orientation.</param>
/// <param name="Height">Height in pixels as the image is looked at, that is after its EXIF orientation.</param>
/// <param name="Format"><c>jpeg</c>, <c>png</c>, <c>webp</c>, <c>gif</c> or <c>tiff</c>.</param>
/// <param name="MediaType">For example <c>image/jpeg</c>.</param>
public sealed record ImageInfo(int Width, int Height, string Format, string MediaType);
