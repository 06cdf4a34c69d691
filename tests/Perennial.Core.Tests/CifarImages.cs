using System.Formats.Tar;
using System.IO.Compression;

namespace Perennial.Core.Tests;

/// <summary>Real images: CIFAR-10 as JPEG, from PERENNIAL_CIFAR10 or from shared/data/cifar10 in a folder above. Tests without it are skipped.</summary>
internal static class CifarImages
{
    private static readonly Lazy<string?> Folder = new(Find);

    public static string Archive(string name)
    {
        var folder = Folder.Value;
        Assert.SkipWhen(folder is null, "CIFAR-10 is not here: set PERENNIAL_CIFAR10 to the folder with train.tar.gz and test.tar.gz.");
        return Path.Combine(folder!, name);
    }

    /// <summary>The first images of the test archive, in the archive's order.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Take(int count)
    {
        var images = new List<(string, byte[])>();
        using var tar = new TarReader(new GZipStream(File.OpenRead(Archive("test.tar.gz")), CompressionMode.Decompress));
        while (images.Count < count && tar.GetNextEntry(copyData: false) is { } entry)
        {
            if (entry.EntryType != TarEntryType.RegularFile || entry.DataStream is null) continue;
            var bytes = new byte[entry.Length];
            entry.DataStream.ReadExactly(bytes);
            images.Add((entry.Name, bytes));
        }

        return images;
    }

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("PERENNIAL_CIFAR10");
        if (named is not null) return File.Exists(Path.Combine(named, "test.tar.gz")) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "cifar10");
            if (File.Exists(Path.Combine(candidate, "test.tar.gz"))) return candidate;
        }

        return null;
    }
}
