using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Perennial.Background;

/// <summary>
/// One <c>perennial learn</c> as a child: a process of its own, so that a learner that crashes or is killed costs a run, never a request.
/// The child lives as long as its standard input is open: closed by us, or by our death, it saves a checkpoint and leaves.
/// </summary>
internal sealed class LearnerProcess(BackgroundOptions options, RunFolders folders, ILogger<LearnerProcess> log)
{
    /// <summary>What the child has to save its checkpoint, before it is killed.</summary>
    private static readonly TimeSpan TimeToSave = TimeSpan.FromSeconds(20);
    private const long LongestLog = 4 << 20;

    /// <summary>Starts a learner on a run and returns when its process has ended.</summary>
    /// <param name="run">The run's id; its request.json is in place.</param>
    /// <param name="limits">Threads, priority and memory.</param>
    /// <param name="heard">Told every event, one after the other.</param>
    /// <param name="stop">Asks the learner to save a checkpoint and leave; kills it if it does not.</param>
    /// <returns>The exit code; 128 and more: killed by that signal.</returns>
    /// <exception cref="RunFailedException">The program cannot be started.</exception>
    public async Task<int> RunAsync(string run, LearnerLimits limits, Action<LearnerEvent> heard, CancellationToken stop)
    {
        using Process process = Start(run, limits);
        Log.LearnerStarted(log, process.Id, run);
        RunMetrics.LearnerStarts.Inc();
        await using CancellationTokenRegistration stopping = stop.UnsafeRegister(_ => _ = StopAsync(process), null);
        await Task.WhenAll(HearAsync(process, heard), KeepLogAsync(process, folders.LearnerLog(run)), process.WaitForExitAsync(CancellationToken.None));
        return process.ExitCode;
    }

    private Process Start(string run, LearnerLimits limits)
    {
        IReadOnlyList<string> command = options.LearnerCommand;
        ProcessStartInfo start = new(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string threads = limits.EffectiveThreads.ToString(CultureInfo.InvariantCulture);
        string[] arguments = [.. command.Skip(1), "learn", "--data-dir", folders.DataDirectory, "--run", run, "--threads", threads,
            "--nice", limits.Nice.ToString(CultureInfo.InvariantCulture)];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        if (limits.MemoryBytes is { } bytes)
        {
            start.ArgumentList.Add("--memory");
            start.ArgumentList.Add(bytes.ToString(CultureInfo.InvariantCulture));
        }
        start.Environment["OMP_NUM_THREADS"] = threads;
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE"; // spinning threads starve each other when requests take a core: ten times slower
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception fault)
        {
            throw new RunFailedException($"The learner cannot be started ({command[0]}): {fault.Message}");
        }
    }

    private static async Task HearAsync(Process process, Action<LearnerEvent> heard)
    {
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (LearnerEvent.Parse(line) is { } happened) heard(happened);
        }
    }

    /// <summary>Appends what the learner says on its error stream, up to a bound, and goes on reading so that it never blocks.</summary>
    private static async Task KeepLogAsync(Process process, string path)
    {
        await using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        byte[] chunk = new byte[8192];
        int read;
        while ((read = await process.StandardError.BaseStream.ReadAsync(chunk, CancellationToken.None)) > 0)
        {
            if (file.Length < LongestLog) await file.WriteAsync(chunk.AsMemory(0, read), CancellationToken.None);
            await file.FlushAsync(CancellationToken.None);
        }
    }

    private static async Task StopAsync(Process process)
    {
        try
        {
            process.StandardInput.Close();
            using CancellationTokenSource patience = new(TimeToSave);
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended and is disposed.
        }
    }
}
