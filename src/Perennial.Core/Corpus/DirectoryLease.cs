namespace Perennial.Core.Corpus;

/// <summary>
/// Says who has a data directory open: any number of processes share it, and one that finds itself alone may repair it.
/// The kernel gives the lock back when a process dies (flock).
/// </summary>
internal sealed class DirectoryLease : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private DirectoryLease(FileStream file) => _file = file;

    /// <summary>The directory alone, or null when somebody has it open.</summary>
    public static DirectoryLease? TryAlone(string directory) => TryTake(directory, FileAccess.ReadWrite, FileShare.None);

    /// <summary>The directory with others; waits while somebody repairs it.</summary>
    public static DirectoryLease Shared(string directory)
    {
        while (true)
        {
            if (TryTake(directory, FileAccess.Read, FileShare.Read) is { } lease) return lease;
            Thread.Sleep(Pause);
        }
    }

    public void Dispose() => _file.Dispose();

    private static DirectoryLease? TryTake(string directory, FileAccess access, FileShare share)
    {
        const int LockedBySomebody = 11; // EWOULDBLOCK
        try
        {
            return new DirectoryLease(new FileStream(Path.Combine(directory, ".lock"), FileMode.OpenOrCreate, access, share, bufferSize: 0));
        }
        catch (IOException exception) when (exception.HResult == LockedBySomebody)
        {
            return null;
        }
    }
}
