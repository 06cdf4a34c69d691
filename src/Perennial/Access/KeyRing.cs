using System.Security.Cryptography;
using System.Text;

namespace Perennial.Access;

/// <summary>The configured keys, kept as SHA-256 digests.</summary>
internal sealed class KeyRing
{
    private readonly (byte[] Digest, KeyHolder Holder)[] _keys;

    public KeyRing(IEnumerable<KeyOptions> keys) => _keys =
        [.. keys.Select(key => (key.Sha256 is { } hex ? Convert.FromHexString(hex) : DigestOf(key.Key!), new KeyHolder(key.Name, key.GrantedScopes())))];

    /// <summary>Whether no key is configured: then everybody may do everything, and the server listens on loopback alone.</summary>
    public bool IsEmpty => _keys.Length == 0;

    /// <summary>Whose key this is, or null. Takes the same time whether and wherever it matches.</summary>
    public KeyHolder? Find(string presented)
    {
        byte[] digest = DigestOf(presented);
        KeyHolder? found = null;
        foreach ((byte[] known, KeyHolder holder) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(known, digest)) found = holder;
        }
        return found;
    }

    private static byte[] DigestOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
