using Perennial.Core.Images;

namespace Perennial.Endpoints;

/// <summary>The stable <c>code</c> of a problem document or of an item's error: what programs branch on. Messages may change, codes do not.</summary>
public static class ErrorCode
{
    public const string InvalidRequest = "invalid_request";
    public const string InvalidJson = "invalid_json";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string EmptyImage = InvalidImageException.Empty;
    public const string UnsupportedImage = InvalidImageException.Unsupported;
    public const string CorruptImage = InvalidImageException.Corrupt;
    public const string ImageTooLarge = InvalidImageException.TooLarge;
    public const string PayloadTooLarge = "payload_too_large";
    public const string TooManyImages = "too_many_images";
    public const string NotFound = "not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string NoGeneration = "no_generation";
    public const string NoClassifier = "no_classifier";
    public const string GenerationMismatch = "generation_mismatch";
    public const string Unauthorized = "unauthorized";
    public const string Forbidden = "forbidden";
    public const string InvalidRecipe = "invalid_recipe";
    public const string InvalidPolicy = "invalid_policy";
    public const string CorpusTooSmall = "corpus_too_small";
    public const string RunNotFound = "run_not_found";
    public const string RunFinished = "run_finished";
    public const string ModelNotFound = "model_not_found";
    public const string GenerationNotFound = "generation_not_found";
    public const string NothingToRollBack = "nothing_to_roll_back";
    public const string Overloaded = "overloaded";
    public const string RequestTimeout = "request_timeout";
    public const string InternalError = "internal_error";
}
