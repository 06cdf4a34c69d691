using System.Net;

namespace Perennial.Hosting;

/// <summary>One address to listen on.</summary>
/// <param name="Url">As it was written.</param>
/// <param name="Address">An address of this machine; <see cref="IPAddress.Any"/> and <see cref="IPAddress.IPv6Any"/> for all.</param>
/// <param name="Port">0 takes a free one.</param>
/// <param name="Secure">Whether it is https.</param>
internal sealed record ListenAddress(string Url, IPAddress Address, int Port, bool Secure)
{
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <exception cref="FormatException">The text is not a list of addresses; the message says what it may be.</exception>
    public static IReadOnlyList<ListenAddress> ParseList(string key, string urls)
    {
        string[] parts = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length == 0 ? throw new FormatException($"{key} is empty; give for example http://127.0.0.1:8080.") : [.. parts.Select(part => Parse(key, part))];
    }

    private static ListenAddress Parse(string key, string url)
    {
        string readable = url.Replace("://*", "://[::]", StringComparison.Ordinal).Replace("://+", "://[::]", StringComparison.Ordinal);
        if (!Uri.TryCreate(readable, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/")
            throw new FormatException($"{key}: '{url}' is not an address to listen on; write for example http://127.0.0.1:8080 or http://*:8080.");
        IPAddress? address = uri.Host == "localhost" ? IPAddress.Loopback : null;
        if (address is null && !IPAddress.TryParse(uri.Host.Trim('[', ']'), out address))
            throw new FormatException($"{key}: '{uri.Host}' in '{url}' is a name; listen on localhost, on an IP address of this machine, or on * for all.");
        return new ListenAddress(url, address, uri.Port, uri.Scheme == "https");
    }
}
