using System.Text.Json;

namespace Perennial.Learning.Pretraining;

/// <summary><c>log.jsonl</c>: one JSON object a line, appended as the run goes; a resumed run goes on in the same file.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly StreamWriter _writer;

    public RunLog(string path) => _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    public void Write(string kind, object content) => _writer.WriteLine(JsonSerializer.Serialize(
        new { at = DateTimeOffset.UtcNow, kind, content }, JsonSerializerOptions.Web));

    public void Dispose() => _writer.Dispose();
}
