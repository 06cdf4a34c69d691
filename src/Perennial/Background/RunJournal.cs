using System.Runtime.CompilerServices;
using System.Text;

namespace Perennial.Background;

/// <summary>
/// The events of one run: a line each in <c>runs/&lt;id&gt;/events.jsonl</c>, "name, tab, JSON". The number of an event is the number of its line, so
/// numbering goes on after a restart. The catalogue is the truth about a run; the journal only tells those who watch.
/// </summary>
internal sealed class RunJournal
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    private readonly Lock _writing = new();
    private readonly string _path;
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunJournal(string directory)
    {
        _path = Path.Combine(directory, "events.jsonl");
        Directory.CreateDirectory(directory);
        using FileStream file = new(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.SetLength(EndOfLastWholeLine(file)); // a crash may have torn the last line
    }

    /// <param name="name">See <see cref="RunEvent.Name"/>.</param>
    /// <param name="data">A JSON object on one line.</param>
    public void Append(string name, string data)
    {
        byte[] line = Encoding.UTF8.GetBytes($"{name}\t{data}\n");
        TaskCompletionSource grown;
        lock (_writing)
        {
            using FileStream file = new(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            file.Write(line);
            grown = _grown;
            _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        grown.SetResult();
    }

    /// <summary>The events after number <paramref name="after"/>, those to come included, until the run has ended and all is told.</summary>
    /// <param name="after">0 for all.</param>
    /// <param name="ended">Whether the run has ended; asked before each reading, so that nothing written before the end is missed.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<RunEvent> FollowAsync(long after, Func<bool> ended, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] chunk = new byte[16 * 1024];
        List<byte> line = [];
        long id = 0;
        while (true)
        {
            Task grown = Grown();
            bool last = ended();
            int read;
            while ((read = await file.ReadAsync(chunk, cancellationToken)) > 0)
            {
                for (int i = 0; i < read; i++)
                {
                    if (chunk[i] != '\n')
                    {
                        line.Add(chunk[i]);
                        continue;
                    }
                    if (++id > after && Parse(id, line) is { } happened) yield return happened;
                    line.Clear();
                }
            }
            if (last) yield break;
            await Task.WhenAny(grown, Task.Delay(LongestSilence, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private Task Grown()
    {
        lock (_writing) return _grown.Task;
    }

    private static RunEvent? Parse(long id, List<byte> line)
    {
        int tab = line.IndexOf((byte)'\t');
        if (tab <= 0) return null;
        byte[] bytes = [.. line];
        return new RunEvent(id, Encoding.UTF8.GetString(bytes, 0, tab), Encoding.UTF8.GetString(bytes, tab + 1, bytes.Length - tab - 1));
    }

    private static long EndOfLastWholeLine(FileStream file)
    {
        for (long end = file.Length; end > 0; end--)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n') return end;
        }
        return 0;
    }
}
