using Perennial.Core.Durability;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>
/// Built plans on disk: NAME.plan and, beside it, NAME.json with its <see cref="PlanStamp"/>. A plan is executable content: only one that was written
/// here, whose stamp says what is expected and whose bytes have the digest of the stamp, is given out. Anything else counts as absent.
/// </summary>
internal sealed class PlanCache(string directory)
{
    private const int Kept = 16;
    private const string Plans = ".plan", Stamps = ".json", Aside = ".aside";

    /// <summary>The plan that a stamp asks for, or null.</summary>
    public byte[]? Find(PlanStamp wanted)
    {
        string plan = PathOf(wanted, Plans), stamp = PathOf(wanted, Stamps);
        try
        {
            if (!File.Exists(plan) || !File.Exists(stamp) || PlanStamp.Parse(File.ReadAllBytes(stamp)) is not { } written)
                return null;
            if (written with { Plan = "" } != wanted with { Plan = "" })
                return null;
            byte[] bytes = File.ReadAllBytes(plan);
            if (PlanStamp.Digest(bytes) != written.Plan)
                return null;
            File.SetLastWriteTimeUtc(plan, DateTime.UtcNow); // the newest are kept
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a plan: aside, flushed and renamed, the stamp last. Of older plans the sixteen used last remain.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours to write to.</exception>
    public void Keep(PlanStamp stamp, ReadOnlySpan<byte> plan)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Place(PathOf(stamp, Plans), plan);
        Place(PathOf(stamp, Stamps), PlanStamp.Bytes(stamp with { Plan = PlanStamp.Digest(plan) }));
        DurableFiles.FlushDirectory(directory);
        foreach (FileInfo old in new DirectoryInfo(directory).GetFiles('*' + Plans).OrderByDescending(file => file.LastWriteTimeUtc).Skip(Kept))
        {
            File.Delete(Path.ChangeExtension(old.FullName, Stamps));
            old.Delete();
        }
    }

    private string PathOf(PlanStamp stamp, string ending) => Path.Combine(directory, stamp.FileName() + ending);

    private static void Place(string path, ReadOnlySpan<byte> content)
    {
        DurableFiles.Write(path + Aside, content);
        File.Move(path + Aside, path, overwrite: true);
    }
}
