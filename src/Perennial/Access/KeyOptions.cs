namespace Perennial.Access;

/// <summary>One key, <c>Perennial:Keys:N</c>. Give the key itself, or its SHA-256 so that the configuration holds no secret.</summary>
public sealed class KeyOptions
{
    /// <summary>Fewest characters of a key.</summary>
    public const int ShortestKey = 16;

    /// <summary>Who uses it; written to the log in place of the key.</summary>
    public string Name { get; set; } = "";

    /// <summary>The key, 16 characters or more. Null where <see cref="Sha256"/> is given.</summary>
    public string? Key { get; set; }

    /// <summary>SHA-256 of the key's UTF-8 bytes, 64 hexadecimal digits. Null where <see cref="Key"/> is given.</summary>
    public string? Sha256 { get; set; }

    /// <summary><c>infer</c>, <c>write</c>, <c>admin</c>; at least one.</summary>
    public IList<string> Scopes { get; } = [];

    /// <summary>How much its holder may ask for; null: what <c>Perennial:RateLimit</c> says.</summary>
    public RateLimitOptions? RateLimit { get; set; }

    /// <summary>What is wrong with it as one sentence that never holds the key, or null.</summary>
    internal string? Problem(int position)
    {
        string at = Name is { Length: > 0 } ? $"The key '{Name}' (Perennial:Keys:{position})" : $"Perennial:Keys:{position}";
        if (string.IsNullOrWhiteSpace(Name)) return $"{at} has no Name; give it the name of whoever uses it.";
        if (Key is null == Sha256 is null) return $"{at} must have either Key or Sha256, and not both.";
        if (Key is { Length: < ShortestKey }) return $"{at} is shorter than {ShortestKey} characters; 'openssl rand -hex 32' makes a good one.";
        if (Key is not null && Key.Any(letter => letter is <= ' ' or > '~')) return $"{at} has a blank or a character outside of ASCII; a header could not carry it.";
        if (Sha256 is not null && (Sha256.Length != 64 || !Sha256.All(char.IsAsciiHexDigit))) return $"{at} has a Sha256 that is not 64 hexadecimal digits.";
        if (Scopes.Count == 0) return $"{at} has no Scopes; list one or more of infer, write, admin.";
        return Scopes.FirstOrDefault(scope => ScopeOf(scope) is null) is { } unknown ? $"{at} has the scope '{unknown}'; there are infer, write and admin." : null;
    }

    internal Scope GrantedScopes() => Scopes.Aggregate(Scope.None, (all, name) => all | ScopeOf(name)!.Value);

    private static Scope? ScopeOf(string name) => name.ToLowerInvariant() switch
    {
        "infer" => Scope.Infer,
        "write" => Scope.Write,
        "admin" => Scope.Admin,
        _ => null,
    };
}
