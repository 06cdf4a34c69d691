using System.Net;
using static Perennial.Client.Answers;

namespace Perennial.Client;

/// <summary>A running service refused a request, or could not be reached.</summary>
/// <param name="status">Null when there was no answer at all.</param>
/// <param name="code">The problem document's stable code, e.g. <c>corrupt_image</c>; null where there was none.</param>
/// <param name="message">One sentence.</param>
/// <param name="items">Where several images came and all were refused: why, in their order. Otherwise empty.</param>
internal sealed class ServiceException(HttpStatusCode? status, string? code, string message, IReadOnlyList<ItemError>? items = null) : Exception(message)
{
    public HttpStatusCode? Status { get; } = status;

    public string? Code { get; } = code;

    public IReadOnlyList<ItemError> Items { get; } = items ?? [];
}
