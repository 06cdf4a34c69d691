namespace Perennial.Learner;

/// <summary>One learner a run. After a server was killed, its learner may still be saving a checkpoint when the next server starts another one: that one waits here.</summary>
internal sealed class RunLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <exception cref="IOException">Another learner holds the run and does not leave.</exception>
    public static async Task<RunLock> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new RunLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)); // flock: the kernel gives it back
            }
            catch (IOException) when (time.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
