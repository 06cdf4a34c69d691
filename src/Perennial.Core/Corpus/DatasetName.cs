namespace Perennial.Core.Corpus;

/// <summary>Names inside folders and archives: which of them are images, and which must not be looked at.</summary>
internal static class DatasetName
{
    // More than what can be decoded: an image of another format is refused by name later, not passed over in silence here.
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".heic", ".heif", ".avif",
    };

    /// <summary>Whether the name ends like an image's.</summary>
    public static bool IsImage(string name) => Extensions.Contains(Path.GetExtension(name));

    /// <summary>
    /// The path of an image inside its dataset, with forward slashes; null for what is not an image, for hidden files and folders
    /// (a leading dot, <c>__MACOSX</c>), and for paths that are absolute or climb up.
    /// </summary>
    public static string? Of(string raw)
    {
        var name = raw.Replace('\\', '/');
        if (name.StartsWith("./", StringComparison.Ordinal)) name = name[2..];
        return IsImage(name) && name.Split('/').All(IsVisible) && !name.Any(char.IsControl) ? name : null;
    }

    // An empty segment is an absolute path or a double slash; "." and ".." begin with a dot.
    private static bool IsVisible(string segment) => segment.Length > 0 && segment[0] != '.' && segment != "__MACOSX";
}
