using System.Diagnostics;
using System.Globalization;

namespace Perennial.Bench;

/// <summary>The same model behind fastify, sharp and onnxruntime-node, as a process.</summary>
internal sealed class NodeServer : IDisposable
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "bench", "node_server.mjs");
    private static readonly TimeSpan TimeToStart = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private NodeServer(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="modules">A folder in which <c>npm install fastify sharp onnxruntime-node</c> was done.</param>
    /// <param name="encoder">The ONNX file.</param>
    /// <param name="size">Side of its input in pixels.</param>
    /// <param name="port">A free port of the loopback.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">It ended, or did not answer in time.</exception>
    public static async Task<NodeServer> StartAsync(string modules, string encoder, int size, int port, CancellationToken cancellationToken)
    {
        string script = Path.Combine(modules, "perennial_bench_server.mjs"); // modules are looked for beside the script
        File.Copy(Script, script, overwrite: true);
        Process process = Process.Start(new ProcessStartInfo("node", [script, encoder, size.ToString(CultureInfo.InvariantCulture), port.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = modules,
            RedirectStandardError = true,
        })!;
        NodeServer server = new(process, new Uri($"http://127.0.0.1:{port}"));
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        using HttpClient client = new();
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeToStart && !process.HasExited; await Task.Delay(50, cancellationToken))
        {
            try
            {
                if ((await client.GetAsync(server.Address, cancellationToken)).IsSuccessStatusCode) return server;
            }
            catch (HttpRequestException) { /* not listening yet */ }
        }
        string reason = process.HasExited ? (await error).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(line => line.Contains("Error", StringComparison.Ordinal)) ?? "it ended at once" : "it did not answer";
        server.Dispose();
        throw new InvalidOperationException($"The Node.js server could not be started: {reason.Trim()}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
