using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Perennial.Core.Durability;
using Perennial.Core.Generations;

namespace Perennial.Core.Search.Bridges;

/// <summary>
/// The bridges of a data directory: <c>bridges/&lt;from&gt;-&lt;to&gt;.safetensors</c>, named by the encoders' digests; weights, offset and quality in one file, which is
/// there whole or not at all. A file that cannot be read counts as absent: a bridge can be fitted again.
/// </summary>
public sealed class BridgeStore
{
    private const string Extension = ".safetensors";
    private const string DigestPrefix = "sha256:";
    private const string Quality = "quality", Method = "method", From = "from", To = "to";

    private readonly string _directory;
    private readonly ConcurrentDictionary<string, EmbeddingBridge?> _known = new(StringComparer.Ordinal);

    /// <param name="directory">Created when absent.</param>
    public BridgeStore(string directory)
    {
        _directory = Path.GetFullPath(directory);
        Directory.CreateDirectory(_directory);
        foreach (string draft in Directory.EnumerateFiles(_directory, "*.draft")) File.Delete(draft); // of a writer that died: only one process has the directory
    }

    /// <summary>The bridge from one encoder's vectors to another's; null when there is none.</summary>
    public EmbeddingBridge? Find(string from, string to) => _known.GetOrAdd(NameOf(from, to), name => Read(Path.Combine(_directory, name), from, to));

    /// <summary>Puts a bridge in place of the one of the same name; durable on return.</summary>
    public void Put(EmbeddingBridge bridge)
    {
        string name = NameOf(bridge.From, bridge.To), path = Path.Combine(_directory, name), draft = path + ".draft";
        AffineMap map = bridge.Map;
        Safetensors.Write(draft,
            [SafeTensor.F32("weights", [map.From, map.To], map.Weights), SafeTensor.F32("offset", [map.To], map.Offset)],
            new Dictionary<string, string>
            {
                [From] = bridge.From,
                [To] = bridge.To,
                [Method] = bridge.Method.ToString(),
                [Quality] = JsonSerializer.Serialize(bridge.Quality, BridgeJson.Default.BridgeQuality),
            });
        DurableFiles.FlushFile(draft);
        File.Move(draft, path, overwrite: true);
        DurableFiles.FlushDirectory(_directory);
        _known[name] = bridge;
    }

    /// <summary>Removes the bridges that begin or end at an encoder which is not among these.</summary>
    public void KeepOnly(IReadOnlySet<string> digests)
    {
        HashSet<string> names = [.. digests.Select(Short)];
        foreach (string path in Directory.EnumerateFiles(_directory, "*" + Extension))
        {
            string name = Path.GetFileName(path);
            if (name[..^Extension.Length].Split('-') is [var from, var to] && names.Contains(from) && names.Contains(to)) continue;
            File.Delete(path);
            _known.TryRemove(name, out _);
        }
    }

    private static EmbeddingBridge? Read(string path, string from, string to)
    {
        try
        {
            if (!File.Exists(path)) return null;
            SafetensorsFile file = Safetensors.Read(path);
            if (file.Metadata[From] != from || file.Metadata[To] != to) return null;
            BridgeQuality quality = JsonSerializer.Deserialize(file.Metadata[Quality], BridgeJson.Default.BridgeQuality) ?? throw new JsonException("null");
            return new EmbeddingBridge(from, to, Enum.Parse<BridgeMethod>(file.Metadata[Method]), new AffineMap([.. file["weights"].Floats], [.. file["offset"].Floats]), quality);
        }
        catch (Exception fault) when (fault is SafetensorsException or IOException or UnauthorizedAccessException or KeyNotFoundException or JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static string NameOf(string from, string to) => string.Create(CultureInfo.InvariantCulture, $"{Short(from)}-{Short(to)}{Extension}");

    private static string Short(string digest) => digest.StartsWith(DigestPrefix, StringComparison.Ordinal) ? digest[DigestPrefix.Length..] : digest;
}
