using Perennial.Endpoints;
using Perennial.Hosting;

namespace Perennial.Access;

/// <summary>
/// Lets a request through to its endpoint when its key has the scope that the endpoint asks for (401 without a valid key, 403 with too little),
/// and hides admin endpoints from the public listener where admin has its own (404).
/// </summary>
internal sealed class AccessControl(RequestDelegate next, KeyRing keys, Listeners listeners)
{
    private const string Bearer = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint) return next(context);
        if (endpoint is not RouteEndpoint && !context.Request.Path.StartsWithSegments("/admin")) return next(context); // routing's own refusal: 405
        Scope required = endpoint.Metadata.GetMetadata<RequiredScope>()?.Scope ?? Scope.Admin;
        if (required == Scope.Admin && listeners.HasAdmin && context.Features.Get<AdminConnection>() is null)
            throw ProblemException.NotFound("There is nothing at this address.");
        if (required == Scope.None) return next(context);
        context.Response.Headers.CacheControl = "no-store"; // what a key opens is nobody else's; an endpoint may say otherwise
        if (!keys.IsEmpty) Check(context, required);
        return next(context);
    }

    private void Check(HttpContext context, Scope required)
    {
        string? presented = Presented(context.Request.Headers);
        if (presented is null || keys.Find(presented) is not { } holder)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ProblemException(StatusCodes.Status401Unauthorized, ErrorCode.Unauthorized,
                presented is null ? "This call needs a key: send 'Authorization: Bearer KEY' or 'X-API-Key: KEY'." : "This key is not known here.");
        }
        if (!holder.Scopes.HasFlag(required))
            throw new ProblemException(StatusCodes.Status403Forbidden, ErrorCode.Forbidden, $"This call needs a key with the scope '{required.ToString().ToLowerInvariant()}'.");
        context.Features.Set(holder);
    }

    private static string? Presented(IHeaderDictionary headers)
    {
        string authorization = headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return authorization[Bearer.Length..].Trim();
        string key = headers["X-API-Key"].ToString();
        return key.Length > 0 ? key : null;
    }
}
