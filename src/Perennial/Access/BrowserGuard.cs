using System.Net;
using Perennial.Endpoints;
using Perennial.Hosting;

namespace Perennial.Access;

/// <summary>
/// Protects a server without keys from web pages that its user visits: a name other than loopback in <c>Host</c> (DNS rebinding) and state-changing
/// requests that another origin's page sends are refused with 403, origins in <see cref="CorsOptions"/> excepted. With keys it has nothing to do, since a page does not know them.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, KeyRing keys, PerennialOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (keys.IsEmpty) Check(context.Request);
        return next(context);
    }

    private void Check(HttpRequest request)
    {
        if (!IsLoopback(request.Host.Host))
            throw Refused("Without keys this server answers to localhost and loopback addresses only; configure Perennial:Keys to give it another name.");
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return;
        string origin = request.Headers.Origin.ToString();
        if (options.Cors.Origins.Contains(origin)) return;
        bool foreign = origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        if (foreign || request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
            throw Refused("Requests from pages of another origin are refused on a server without keys.");
    }

    private static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static ProblemException Refused(string reason) => new(StatusCodes.Status403Forbidden, ErrorCode.Forbidden, reason);
}
