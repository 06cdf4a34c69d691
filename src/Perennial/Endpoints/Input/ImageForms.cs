using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Perennial.Core.Images;
using Perennial.Endpoints.Contracts;
using Perennial.Hosting;
using Perennial.Telemetry;

namespace Perennial.Endpoints.Input;

/// <summary>
/// Receives images in the two binary forms: one as the raw body (<c>image/*</c>, <c>application/octet-stream</c>), or several as the files of a
/// <c>multipart/form-data</c> body. The third form, JSON, is read by <see cref="JsonBody"/>. What an image is, its bytes decide, not its declared type.
/// </summary>
internal sealed class ImageForms(ByteBudget budget, PerennialOptions options)
{
    private const int LongestBoundary = 70; // RFC 2046, 5.1.1
    private const int MostPartHeaders = 16;
    private const int LongestPartHeaders = 8 << 10;

    private readonly LimitOptions _limits = options.Limits;
    private readonly ImageLimits _images = options.Images;

    /// <returns>At least one; an image at fault carries its error.</returns>
    /// <exception cref="ProblemException">400, 413, 415 or 429.</exception>
    public async Task<IReadOnlyList<ImageData>> ReadAsync(HttpContext context)
    {
        using RequestTiming.Measurement measurement = RequestTiming.Of(context).Measure(Stage.Read);
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)) throw UnknownType();
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)) return await ReadFilesAsync(context, BoundaryOf(type));
        if (!SaysImage(type)) throw UnknownType();
        BodyReader reader = BodyReader.Begin(context, budget, _limits);
        return [ImageData.Of(await reader.ReadAsync(context.Request.Body, _images.MaxBytes, context.RequestAborted), _images.MaxBytes)];
    }

    public static ProblemException TooManyImages(int most) => new(
        StatusCodes.Status413PayloadTooLarge, ErrorCode.TooManyImages, $"At most {most} images are taken in one request (Perennial:Limits:MaxImagesPerRequest); send several requests.");

    private async Task<IReadOnlyList<ImageData>> ReadFilesAsync(HttpContext context, string boundary)
    {
        BodyReader reader = BodyReader.Begin(context, budget, _limits);
        MultipartReader parts = new(boundary, context.Request.Body) { HeadersCountLimit = MostPartHeaders, HeadersLengthLimit = LongestPartHeaders };
        List<ImageData> images = [];
        try
        {
            while (await parts.ReadNextSectionAsync(context.RequestAborted) is { } part)
            {
                if (!IsFile(part)) throw ProblemException.Invalid("The multipart body has a field that is not a file; send images as files, everything else in the query.");
                if (images.Count == _limits.MaxImagesPerRequest) throw TooManyImages(_limits.MaxImagesPerRequest);
                images.Add(ImageData.Of(await reader.ReadAsync(part.Body, _images.MaxBytes, context.RequestAborted), _images.MaxBytes));
            }
        }
        catch (Exception exception) when (exception is InvalidDataException || (exception is IOException and not (BadHttpRequestException or ConnectionResetException) && !context.RequestAborted.IsCancellationRequested))
        {
            throw ProblemException.Invalid("The multipart body is damaged: a part or its headers do not end where they should, or are too long.");
        }
        return images.Count > 0 ? images : throw ProblemException.Invalid("The multipart body holds no file; send at least one image.");
    }

    private static string BoundaryOf(MediaTypeHeaderValue type)
    {
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= LongestBoundary
            ? boundary
            : throw ProblemException.Invalid($"The multipart content type must name a boundary of 1 to {LongestBoundary} characters.");
    }

    private static bool IsFile(MultipartSection part) => ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out ContentDispositionHeaderValue? disposition)
        ? disposition.IsFileDisposition() || SaysImage(part.ContentType)
        : SaysImage(part.ContentType);

    private static bool SaysImage(string? contentType) => MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) && SaysImage(type);

    private static bool SaysImage(MediaTypeHeaderValue type) => type.Type.Equals("image", StringComparison.OrdinalIgnoreCase)
        || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase);

    private static ProblemException UnknownType() => ProblemException.UnsupportedMediaType(
        "Send one image as image/* or application/octet-stream, several as files of multipart/form-data, or JSON as application/json.");
}
