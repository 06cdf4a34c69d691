using Perennial.Endpoints.Contracts;

namespace Perennial.Endpoints.Input;

/// <summary>The list of images in a JSON body.</summary>
internal static class ImageLists
{
    /// <exception cref="ProblemException">400: there is none.</exception>
    public static IReadOnlyList<ImageData> NotEmpty<T>(this IReadOnlyList<T> images, Func<T, ImageData> data)
        => images.Count > 0 ? [.. images.Select(data)] : throw ProblemException.Invalid("'images' is empty; send at least one image.");
}
