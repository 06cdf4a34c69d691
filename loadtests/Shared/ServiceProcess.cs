using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

/// <summary>A service of its own for a load test: the built program on a free port of the loopback with an empty data directory, both gone when it is disposed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private ServiceProcess(Process process, string directory, string address)
    {
        (_process, DataDirectory, Address) = (process, directory, address);
        process.OutputDataReceived += (_, line) => { if (line.Data is not null) { _log.Enqueue(line.Data); } };
        process.ErrorDataReceived += (_, line) => { if (line.Data is not null) { _log.Enqueue(line.Data); } };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string DataDirectory { get; }

    public string Address { get; }

    /// <summary>Resident MB now.</summary>
    public int Memory => int.Parse(File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;

    /// <summary>The repository that the current folder is in, or the folder itself.</summary>
    public static string Root()
    {
        for (DirectoryInfo? at = new(Directory.GetCurrentDirectory()); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Serving.sln"))) { return at.FullName; }
        }
        return Directory.GetCurrentDirectory();
    }

    public static ServiceProcess Start(string executable)
    {
        string directory = Directory.CreateTempSubdirectory("perennial-load-").FullName, address = $"http://127.0.0.1:{FreePort()}";
        Process process = Process.Start(new ProcessStartInfo(executable, ["serve", "--data-dir", directory, "--urls", address]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        return new ServiceProcess(process, directory, address);
    }

    /// <summary>Waits for something; the service may be out of reach meanwhile.</summary>
    /// <exception cref="TimeoutException">It did not come about; what the last try failed with is its inner exception.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan limit)
    {
        Exception? fault = null;
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < limit; await Task.Delay(20))
        {
            try { if (await condition()) { return; } }
            catch (HttpRequestException unreachable) { fault = unreachable; }
        }
        throw new TimeoutException($"not {what} within {limit.TotalSeconds:0} s", fault);
    }

    /// <summary>Says what went wrong, and what the service said last.</summary>
    public void Blame(string phase, Exception fault)
    {
        Console.Error.WriteLine($"In phase '{phase}': {fault.Message}{(fault.InnerException is { } inner ? $" ({inner.Message})" : "")}");
        foreach (string line in _log.TakeLast(30)) { Console.Error.WriteLine("  server: " + line); }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(DataDirectory, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
