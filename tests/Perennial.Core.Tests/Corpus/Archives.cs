using System.Formats.Tar;
using System.IO.Compression;

namespace Perennial.Core.Tests.Corpus;

/// <summary>The same files as a folder and as every kind of archive.</summary>
internal static class Archives
{
    public static readonly string[] Kinds = ["folder", ".tar", ".tar.gz", ".tgz", ".zip"];

    public static string Make(TemporaryFolder folder, string kind, params (string Name, byte[] Bytes)[] files)
    {
        var path = folder.File("dataset" + (kind == "folder" ? string.Empty : kind));
        switch (kind)
        {
            case "folder":
                foreach (var (name, bytes) in files)
                {
                    var file = Path.Combine(path, name);
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    File.WriteAllBytes(file, bytes);
                }

                break;
            case ".zip":
                using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
                {
                    foreach (var (name, bytes) in files)
                    {
                        using var entry = zip.CreateEntry(name).Open();
                        entry.Write(bytes);
                    }
                }

                break;
            default:
                using (var file = File.Create(path))
                using (var plain = kind == ".tar" ? file : (Stream)new GZipStream(file, CompressionLevel.Fastest))
                using (var tar = new TarWriter(plain))
                {
                    foreach (var (name, bytes) in files) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
                }

                break;
        }

        return path;
    }
}
