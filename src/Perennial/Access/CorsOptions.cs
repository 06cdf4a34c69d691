namespace Perennial.Access;

/// <summary>Which pages of other origins may call the server, section <c>Perennial:Cors</c>.</summary>
public sealed class CorsOptions
{
    /// <summary>Origins exactly as browsers send them, for example <c>https://app.example</c> or <c>http://localhost:5173</c>. Cookies are never accepted; pages send a key in a header.</summary>
    /// <value>Default empty: none.</value>
    public IList<string> Origins { get; } = [];

    /// <summary>What is wrong with an origin as one sentence, or null.</summary>
    internal string? Problem() => Origins.FirstOrDefault(origin => !IsOrigin(origin)) is { } wrong
        ? $"Perennial:Cors:Origins has '{wrong}'; write an origin as browsers do, for example https://app.example: scheme, name, port where it is not the usual one, nothing else."
        : null;

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text && uri.UserInfo.Length == 0;
}
