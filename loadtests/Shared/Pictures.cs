using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;

/// <summary>Pictures of a .tar.gz for the callers of a load test.</summary>
internal static class Pictures
{
    /// <summary>The first of every so many files, so that each class of an archive that is ordered by class is there.</summary>
    public static List<byte[]> Read(string path, int count, int every)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        List<byte[]> all = [];
        for (int seen = 0; all.Count < count && tar.GetNextEntry() is { } entry;)
        {
            if (entry.DataStream is null || entry.Length == 0 || seen++ % every != 0) { continue; }
            using var memory = new MemoryStream();
            entry.DataStream.CopyTo(memory);
            all.Add(memory.ToArray());
        }
        return all;
    }

    public static ByteArrayContent Jpeg(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
}
