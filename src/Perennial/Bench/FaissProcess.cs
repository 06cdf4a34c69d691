using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Perennial.Bench;

/// <summary>FAISS <c>IndexFlatIP</c> with the same vectors, as a process that measures when it is asked.</summary>
internal sealed class FaissProcess : IDisposable
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "bench", "faiss_flat.py");
    private readonly Process _process;

    private FaissProcess(Process process, string version, int[][] neighbours) => (_process, Version, Neighbours) = (process, version, neighbours);

    public string Version { get; }

    /// <summary>Rows, best first, for each query.</summary>
    public int[][] Neighbours { get; }

    /// <exception cref="InvalidOperationException">It ended; the message says why.</exception>
    public static async Task<FaissProcess> StartAsync(string python, string vectors, string queries, int dimensions, int k, CancellationToken cancellationToken)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(python, [Script, vectors, queries, dimensions.ToString(CultureInfo.InvariantCulture), k.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException(exception.Message, exception);
        }
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) is not { } line)
        {
            process.Dispose();
            throw new InvalidOperationException((await error).Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"{python} ended at once");
        }
        using var told = JsonDocument.Parse(line);
        return new FaissProcess(process, told.RootElement.GetProperty("faiss").GetString()!, told.RootElement.GetProperty("neighbours").Deserialize<int[][]>()!);
    }

    /// <summary>Milliseconds of each query, one after another.</summary>
    public async Task<double[]> MeasureAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync("measure");
        await _process.StandardInput.FlushAsync(cancellationToken);
        string line = await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("FAISS ended in the middle of a measurement.");
        using var told = JsonDocument.Parse(line);
        return told.RootElement.GetProperty("milliseconds").Deserialize<double[]>()!;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5))) _process.Kill();
        _process.Dispose();
    }
}
