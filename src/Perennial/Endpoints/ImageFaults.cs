namespace Perennial.Endpoints;

/// <summary>How faults of images are answered: with an item's error while another image succeeded, else with a problem document.</summary>
internal static class ImageFaults
{
    /// <summary>The answer when the only image of a request is at fault: 413 <c>image_too_large</c>, else 422.</summary>
    public static ProblemException Alone(ItemError error) => new(
        error.Code == ErrorCode.ImageTooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status422UnprocessableEntity,
        error.Code, error.Message);

    /// <summary>Throws when no image is without fault: that of a single image, or 422 with the first one's code and all of them in <c>errors</c>.</summary>
    /// <param name="errors">One an image; null where it succeeded.</param>
    public static void ThrowIfAll(IReadOnlyList<ItemError?> errors)
    {
        if (errors.Any(error => error is null)) return;
        if (errors is [{ } only]) throw Alone(only);
        throw new ProblemException(StatusCodes.Status422UnprocessableEntity, errors[0]!.Code, $"None of the {errors.Count} images could be used; 'errors' says why.")
        {
            Errors = [.. errors.Select((error, index) => new IndexedError(index, error!.Code, error.Message))],
        };
    }
}
