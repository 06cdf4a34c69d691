using System.CommandLine;
using System.Globalization;
using Perennial.Background;
using Perennial.Commands.Training;
using Perennial.Learner;

namespace Perennial.Commands;

/// <summary><c>perennial learn</c>: the learner, started by the server. Talks to nobody but its parent: requests by file, events on standard output.</summary>
internal static class LearnCommand
{
    /// <summary>It was asked to leave and has saved a checkpoint.</summary>
    public const int Interrupted = 3;

    public static Command Create()
    {
        Option<DirectoryInfo> dataDirectory = new("--data-dir") { Description = "The server's data directory.", Required = true };
        Option<string> run = new("--run") { Description = "Id of the run.", Required = true };
        Option<int> threads = new("--threads") { Description = "Threads of libtorch.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<int> nice = new("--nice") { Description = "Niceness, 0 to 19.", DefaultValueFactory = _ => 10 };
        Option<long?> memory = new("--memory") { Description = "Most bytes of memory." };
        Verb verb = new("learn", "Carries out one run. Started by 'perennial serve'; ends when its standard input is closed.") { dataDirectory, run, threads, nice, memory };
        DeviceOption device = new();
        device.AddTo(verb);
        verb.Hidden = true;
        verb.SetAction((parsed, cancellationToken) =>
        {
            ProcessLimits.Apply(parsed.GetValue(nice), parsed.GetValue(memory));
            return LearnAsync(() => device.Apply(parsed), parsed.GetRequiredValue(dataDirectory).FullName, parsed.GetRequiredValue(run), parsed.GetValue(threads), cancellationToken);
        });
        return verb;
    }

    private static async Task<int> LearnAsync(Action chooseDevice, string dataDirectory, string run, int threads, CancellationToken cancellationToken)
    {
        using TextWriter output = new StreamWriter(Console.OpenStandardOutput());
        Console.SetOut(Console.Error); // what libraries print must not get between the events
        LearnerVoice voice = new(output, TimeProvider.System);
        using ParentLife parent = new(Console.OpenStandardInput(), cancellationToken);
        RunFolders folders = new(dataDirectory);
        if (!Directory.Exists(folders.PathOf(run))) throw new UsageException($"There is no run '{run}' in {dataDirectory}.");
        try
        {
            chooseDevice();
            Log($"run {run}, process {Environment.ProcessId}, {threads} threads");
            await new LearnJob(folders, run, threads, voice, TimeProvider.System).RunAsync(parent.Gone);
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            Log("asked to leave; a checkpoint is saved");
            return Interrupted;
        }
        catch (Exception fault)
        {
            Log(fault.ToString());
            (string sentence, bool final) = LearnJob.Explain(fault, folders.LearnerLog(run));
            voice.Failed(sentence, final);
            return ExitCode.Failed;
        }
    }

    private static void Log(string line) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:u} {line}"));
}
