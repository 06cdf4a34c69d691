using Perennial.Endpoints.Contracts;

namespace Perennial.Endpoints.OpenInference;

/// <summary>The input of a request: encoded images, or pixels that need no decoding.</summary>
/// <param name="Count">N, 1 or more.</param>
/// <param name="Encoded">N encoded images, or null.</param>
/// <param name="Pixels">[N, 3, S, S] in [0, 1], row-major, or null.</param>
internal sealed record GivenImages(int Count, IReadOnlyList<ImageData>? Encoded, float[]? Pixels);
