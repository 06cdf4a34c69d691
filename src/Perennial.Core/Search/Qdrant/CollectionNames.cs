using System.Security.Cryptography;

namespace Perennial.Core.Search.Qdrant;

/// <summary>
/// Names of collections, <c>PREFIX_DIGEST_OWNERBIRTH</c>. The birth is drawn anew for each collection that is created: one that was lost and created again has
/// another name, so that what was noted of the old one (how far it had followed the corpus) is never taken for the new one's.
/// </summary>
internal sealed class CollectionNames(QdrantSettings settings)
{
    private const string DigestPrefix = "sha256:";
    private const int BirthDigits = 8;

    /// <summary>Alias of the collection that serves.</summary>
    public string Alias { get; } = settings.Prefix + "_serving";

    /// <exception cref="ArgumentException">Not a digest.</exception>
    public string New(string digest) => Beginning(digest) + RandomNumberGenerator.GetHexString(BirthDigits, lowercase: true);

    /// <summary>Whether the collection is this owner's, of this digest.</summary>
    public bool IsOf(string digest, string name) => name.StartsWith(Beginning(digest), StringComparison.Ordinal) && IsHex(name[Beginning(digest).Length..], BirthDigits, BirthDigits);

    /// <summary>The digest of one of this owner's collections; null for any other name.</summary>
    public string? DigestOf(string name)
    {
        string[] parts = name.StartsWith(settings.Prefix + "_", StringComparison.Ordinal) ? name[(settings.Prefix.Length + 1)..].Split('_') : [];
        if (parts.Length != 2 || !IsHex(parts[0], 1, 64)) return null;
        string digest = DigestPrefix + parts[0];
        return IsOf(digest, name) ? digest : null;
    }

    private string Beginning(string digest) => digest.StartsWith(DigestPrefix, StringComparison.Ordinal) && IsHex(digest[DigestPrefix.Length..], 1, 64)
        ? $"{settings.Prefix}_{digest[DigestPrefix.Length..]}_{settings.Owner}"
        : throw new ArgumentException($"'{digest}' is not an encoder digest: {DigestPrefix} and up to 64 lower-case hexadecimal digits.", nameof(digest));

    private static bool IsHex(string text, int least, int most) => text.Length >= least && text.Length <= most && text.All(char.IsAsciiHexDigitLower);
}
