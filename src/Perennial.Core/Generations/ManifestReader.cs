using System.Text.Json;
using Perennial.Core.Images;

namespace Perennial.Core.Generations;

/// <summary>Reads a manifest that may come from anywhere: nothing in it is used before it has been checked.</summary>
internal static class ManifestReader
{
    private const long MaxBytes = 16 << 20;

    /// <exception cref="GenerationException">Absent, too large, not JSON, of an unknown format, or with a value out of its range.</exception>
    public static GenerationManifest Read(string folder)
    {
        string path = Path.Combine(folder, GenerationFiles.Manifest);
        GenerationManifest manifest = Parse(folder, ReadBytes(folder, path));
        if (Fault(manifest) is { } fault)
            throw new GenerationException($"The manifest of {folder} is refused: {fault}.");
        return manifest;
    }

    /// <summary>A plain name: letters, digits, dot, dash, underscore; no leading dot, no folder, not the manifest itself.</summary>
    public static bool IsFileName(string name) =>
        name.Length is > 0 and <= 128 && name[0] != '.' && name != GenerationFiles.Manifest
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>What is wrong with a manifest, or null.</summary>
    public static string? Fault(GenerationManifest manifest)
    {
        if (manifest.Number < 1)
            return $"number {manifest.Number} is below 1";
        if (manifest.Files.Keys.FirstOrDefault(name => !IsFileName(name)) is { } badName)
            return $"'{badName}' is not a plain file name";
        if (manifest.Files.FirstOrDefault(file => !IsSha256(file.Value)).Key is { } badDigest)
            return $"the digest of {badDigest} is not 64 lower-case hexadecimal digits";
        if (!manifest.Files.TryGetValue(GenerationFiles.Encoder, out string? encoder))
            return $"it lists no {GenerationFiles.Encoder}";
        if (manifest.Digest != "sha256:" + encoder)
            return $"its digest is not that of {GenerationFiles.Encoder}";
        if (manifest.Dimensions is < 1 or > 65_536)
            return $"dimensions {manifest.Dimensions} is not within 1 to 65536";
        if (PreprocessingFault(manifest.Preprocessing) is { } preprocessing)
            return preprocessing;
        if (manifest.Labels.Count > 0 != manifest.Files.ContainsKey(GenerationFiles.Classifier))
            return $"labels and {GenerationFiles.Classifier} come together or not at all";
        return null;
    }

    private static GenerationManifest Parse(string folder, byte[] json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            // An unknown format may lack any other member: it is judged first.
            if (!document.RootElement.TryGetProperty("format", out JsonElement format) || !format.TryGetInt32(out int number))
                throw new GenerationException($"The manifest of {folder} names no format.");
            if (number != GenerationManifest.CurrentFormat)
                throw new GenerationException($"The manifest of {folder} has format {number}; this version reads format {GenerationManifest.CurrentFormat}.");
            return document.Deserialize(ManifestJson.Default.GenerationManifest)
                ?? throw new GenerationException($"The manifest of {folder} is empty.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new GenerationException($"The manifest of {folder} cannot be read: {exception.Message}", exception);
        }
    }

    private static byte[] ReadBytes(string folder, string path)
    {
        FileInfo file = new(path);
        if (!file.Exists)
            throw new GenerationException($"{folder} has no {GenerationFiles.Manifest}.");
        if (file.Length > MaxBytes)
            throw new GenerationException($"The manifest of {folder} is larger than {MaxBytes >> 20} MiB.");
        return File.ReadAllBytes(path);
    }

    private static bool IsSha256(string value) => value.Length == 64 && value.All(char.IsAsciiHexDigitLower);

    private static string? PreprocessingFault(Preprocessing preprocessing)
    {
        try
        {
            preprocessing.Validate();
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message.TrimEnd('.');
        }
    }
}
