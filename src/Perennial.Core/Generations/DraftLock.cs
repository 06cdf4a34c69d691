namespace Perennial.Core.Generations;

/// <summary>Tells a draft that is being written from one whose process died: the kernel frees the lock with the process.</summary>
internal sealed class DraftLock : IDisposable
{
    private const int LockedBySomebody = 11; // EWOULDBLOCK, as File reports a lock that it did not get

    private readonly FileStream _file;

    private DraftLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of the draft at this path, or returns null when a living process holds it.</summary>
    public static DraftLock? TryTake(string draftPath)
    {
        try
        {
            return new DraftLock(new FileStream(draftPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose));
        }
        catch (IOException exception) when (exception.HResult == LockedBySomebody)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
