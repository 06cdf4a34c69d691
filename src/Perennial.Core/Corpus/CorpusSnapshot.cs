using System.Security.Cryptography;
using System.Text;
using Perennial.Core.Durability;

namespace Perennial.Core.Corpus;

/// <summary>
/// What a run saw: the images of the corpus and their labels at one moment. The file has one line an image, its id, a tab and its label
/// (nothing after the tab without one), in ascending order of the ids, UTF-8, each line ended by a line feed.
/// </summary>
/// <param name="Id">SHA-256 over the ids in ascending order, each followed by a line feed; 64 hexadecimal digits. Labels do not change it.</param>
/// <param name="Path">Where the file lies.</param>
/// <param name="Images">Count of images.</param>
/// <param name="Train">Count of images in <see cref="Split.Train"/>.</param>
/// <param name="Test">Count of images in <see cref="Split.Test"/>.</param>
/// <param name="Labelled">Count of images with a label.</param>
public sealed record CorpusSnapshot(string Id, string Path, int Images, int Train, int Test, int Labelled)
{
    /// <summary>The images, in ascending order of their ids.</summary>
    public required IReadOnlyList<SnapshotEntry> Entries { get; init; }

    /// <summary>Reads a snapshot file.</summary>
    /// <exception cref="InvalidDataException">A line is not what it should be; the message says which.</exception>
    public static CorpusSnapshot Read(string path)
    {
        var entries = new List<SnapshotEntry>();
        foreach (var line in File.ReadLines(path))
        {
            var tab = line.IndexOf('\t');
            var id = tab < 0 ? line : line[..tab];
            var label = tab < 0 || tab + 1 == line.Length ? null : line[(tab + 1)..];
            if (!ImageId.IsValid(id) || (entries.Count > 0 && string.CompareOrdinal(entries[^1].Id, id) >= 0))
            {
                throw new InvalidDataException($"{path}, line {entries.Count + 1}: not an image id that follows the one before it.");
            }

            entries.Add(new SnapshotEntry(id, label, Splits.Of(id)));
        }

        return Of(path, entries);
    }

    internal static CorpusSnapshot Of(string path, IReadOnlyList<SnapshotEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries) hash.AppendData(Encoding.ASCII.GetBytes(entry.Id + "\n"));
        var test = entries.Count(entry => entry.Split == Split.Test);
        return new CorpusSnapshot(
            Convert.ToHexStringLower(hash.GetCurrentHash()), path, entries.Count, entries.Count - test, test, entries.Count(entry => entry.Label is not null))
        {
            Entries = entries,
        };
    }

    // Aside, flushed, renamed: under its name the file is whole or absent.
    internal static CorpusSnapshot Write(string path, IReadOnlyList<SnapshotEntry> entries)
    {
        path = System.IO.Path.GetFullPath(path);
        var directory = System.IO.Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        var text = new StringBuilder();
        foreach (var entry in entries) text.Append(entry.Id).Append('\t').Append(entry.Label).Append('\n');
        var aside = $"{path}.aside";
        DurableFiles.Write(aside, Encoding.UTF8.GetBytes(text.ToString()));
        File.Move(aside, path, overwrite: true);
        DurableFiles.FlushDirectory(directory);
        return Of(path, entries);
    }
}
