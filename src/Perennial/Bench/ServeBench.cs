using Perennial.Client;
using Perennial.Core.Generations;
using Perennial.Core.Images;

namespace Perennial.Bench;

/// <summary>
/// The service beside what it is made of: the same pictures through a plain loop in this process, through <c>perennial serve</c>, and through a server in Node.js,
/// in turn, several rounds. All of them and the callers share the cores of this machine.
/// </summary>
internal sealed class ServeBench(ServeScenario scenario, TimeSpan seconds, string? nodeModules)
{
    private const int Pictures = 32;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1.5);

    /// <summary>Measurements of one round.</summary>
    public int Steps => nodeModules is null ? 4 : 5;

    /// <param name="rounds">How often everything is measured.</param>
    /// <param name="settings">Environment of the service, <c>Perennial__...</c>.</param>
    /// <param name="measured">Called after each measurement.</param>
    /// <param name="cancellationToken">Ends it between measurements.</param>
    public async Task<IReadOnlyList<ServeFigures>> RunAsync(int rounds, IReadOnlyDictionary<string, string> settings, Action measured, CancellationToken cancellationToken)
    {
        string data = Directory.CreateTempSubdirectory("perennial-bench-").FullName;
        try
        {
            GenerationFolder folder = BenchGeneration.Write(scenario, data);
            string encoder = folder.File(GenerationFiles.Encoder);
            Preprocessing preprocessing = folder.Manifest.Preprocessing;
            byte[][] pictures = BenchPictures.Render(Pictures, scenario.PictureWidth, scenario.PictureHeight);
            using InProcessLoop parallel = new(encoder, preprocessing, Environment.ProcessorCount, sessionThreads: 1), single = new(encoder, preprocessing, threads: 1, sessionThreads: Environment.ProcessorCount);
            using NodeServer? node = nodeModules is null ? null : await NodeServer.StartAsync(nodeModules, encoder, scenario.ImageSize, ServiceProcess.FreePort(), cancellationToken);
            await using ServiceProcess service = await ServiceProcess.StartAsync(data, null, cancellationToken, settings);

            List<ServeFigures> figures = [];
            for (int round = 0; round < rounds; round++)
            {
                double a = Step(() => parallel.Run(pictures, Warmup, seconds)).PerSecond;
                Latencies alone = Step(() => single.Run(pictures, Warmup, seconds));
                Latencies one = Step(() => HttpLoad.Run(service.Address, "/embed", pictures, 1, Warmup, seconds, cancellationToken));
                Latencies served = Step(() => HttpLoad.Run(service.Address, "/embed", pictures, scenario.Connections, Warmup, seconds, cancellationToken));
                double? theirs = node is null ? null : Step(() => HttpLoad.Run(node.Address, "/embed", pictures, scenario.Connections, Warmup, seconds, cancellationToken)).PerSecond;
                figures.Add(new ServeFigures(Math.Max(a, alone.PerSecond), served.PerSecond, served.Percentile(0.5), served.Percentile(0.99), served.Failed + one.Failed, theirs,
                    one.Percentile(0.5) - alone.Percentile(0.5), one.Percentile(0.99) - alone.Percentile(0.99)));
            }
            return figures;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        Latencies Step(Func<Latencies> measure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Latencies result = measure();
            measured();
            return result;
        }
    }
}
