using System.Diagnostics;
using System.Text.RegularExpressions;
using Perennial.Background;

namespace Perennial.Tests.Background;

/// <summary><c>perennial serve</c> in a process of its own, to be killed.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string address) => (_process, Http) = (process, new HttpClient { BaseAddress = new Uri(address) });

    public HttpClient Http { get; }

    public static async Task<ServerProcess> StartAsync(string dataDirectory)
    {
        IReadOnlyList<string> command = LearnerExecutable.Find();
        ProcessStartInfo start = new(command[0], [.. command.Skip(1), "serve", "--data-dir", dataDirectory, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        TaskCompletionSource<string> address = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += Look;
        process.ErrorDataReceived += Look;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ServerProcess(process, await address.Task.WaitAsync(TestContext.Current.CancellationToken));

        void Look(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is { } text && Address().Match(text) is { Success: true } found) address.TrySetResult(found.Value);
        }
    }

    /// <summary>SIGKILL: it cannot put anything in order.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        Http.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+")]
    private static partial Regex Address();
}
