using Perennial.Core.Images;

namespace Perennial.Endpoints;

/// <summary>The stable <c>code</c> of a problem document or of an item's error: what programs branch on. Messages may change, codes do not.</summary>
public static class ErrorCode
{
    /// <summary>400, also of an item: something in the request does not fit the call.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>400: the body is not JSON.</summary>
    public const string InvalidJson = "invalid_json";

    /// <summary>415: the call does not take this content type.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>422 or of an item: an image of no bytes.</summary>
    public const string EmptyImage = InvalidImageException.Empty;

    /// <summary>422 or of an item: bytes that are no image of a known format.</summary>
    public const string UnsupportedImage = InvalidImageException.Unsupported;

    /// <summary>422 or of an item: an image that ends early or is damaged.</summary>
    public const string CorruptImage = InvalidImageException.Corrupt;

    /// <summary>413 or of an item: more bytes or pixels than an image may have.</summary>
    public const string ImageTooLarge = InvalidImageException.TooLarge;

    /// <summary>413: more bytes than a body may have.</summary>
    public const string PayloadTooLarge = "payload_too_large";

    /// <summary>413: more images than a request may have.</summary>
    public const string TooManyImages = "too_many_images";

    /// <summary>404: no such address, or no image with this id.</summary>
    public const string NotFound = "not_found";

    /// <summary>405: the address does not take this method.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>503: nothing serves yet.</summary>
    public const string NoGeneration = "no_generation";

    /// <summary>409: the serving generation was not finetuned.</summary>
    public const string NoClassifier = "no_classifier";

    /// <summary>409: a vector of another encoder.</summary>
    public const string GenerationMismatch = "generation_mismatch";

    /// <summary>401: no key, or one that is not known.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>403: a key without the scope, or on a server without keys a request of another origin or name.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>400: a recipe or an override of it that cannot be run.</summary>
    public const string InvalidRecipe = "invalid_recipe";

    /// <summary>400: a policy out of range.</summary>
    public const string InvalidPolicy = "invalid_policy";

    /// <summary>422: too few images or labels for the run.</summary>
    public const string CorpusTooSmall = "corpus_too_small";

    /// <summary>404: no run with this id.</summary>
    public const string RunNotFound = "run_not_found";

    /// <summary>409: the run has ended already.</summary>
    public const string RunFinished = "run_finished";

    /// <summary>404: no model or version of this name (OpenAI and Open Inference Protocol calls).</summary>
    public const string ModelNotFound = "model_not_found";

    /// <summary>404: no generation of this number.</summary>
    public const string GenerationNotFound = "generation_not_found";

    /// <summary>409: no generation is kept ready to go back to.</summary>
    public const string NothingToRollBack = "nothing_to_roll_back";

    /// <summary>429: the server has as much work as it takes on; <c>Retry-After</c> says when to try again.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>429: this caller has used up what it may ask for (<c>Perennial:RateLimit</c>); <c>Retry-After</c> says when it may again.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>408: the body came too slowly (<c>Perennial:Limits:MinBodyBytesPerSecond</c>).</summary>
    public const string RequestTimeout = "request_timeout";

    /// <summary>503: the request took longer than it may (<c>Perennial:Limits:RequestTimeout</c>).</summary>
    public const string Timeout = "timeout";

    /// <summary>500: a fault of the server; its log says which.</summary>
    public const string InternalError = "internal_error";
}
