using Perennial.Commands;

namespace Perennial.Hosting;

/// <summary>Keeps a second server away from a data directory. The operating system lets go of it when the process ends, however it ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="UsageException">The directory cannot be written, or another server holds it.</exception>
    public DataDirectoryLock(string dataDirectory)
    {
        try
        {
            Directory.CreateDirectory(dataDirectory);
            _file = new FileStream(Path.Combine(dataDirectory, "serve.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(Path.Combine(dataDirectory, "serve.lock")))
        {
            throw new UsageException($"The data directory {dataDirectory} is in use by another 'perennial serve'; stop it, or give this one its own --data-dir.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The data directory {dataDirectory} cannot be used: {exception.Message}");
        }
    }

    public void Dispose() => _file.Dispose();
}
