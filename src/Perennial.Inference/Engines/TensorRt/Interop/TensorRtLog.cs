namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>
/// What TensorRT says. A call that fails returns nothing but null or false; why, it has written here before, perhaps from a thread of its own.
/// </summary>
internal sealed class TensorRtLog
{
    private const int Kept = 64, Quoted = 4, LongestMessage = 2000;

    private readonly Lock _lock = new();
    private readonly Queue<(long Number, int Thread, string Text)> _errors = new();
    private long _written;

    /// <summary>Is told every message but the verbose ones, from any thread, perhaps several at once. What it throws is lost.</summary>
    public Action<TensorRtSeverity, string>? Listener { get; set; }

    /// <summary>Never throws: the caller is native code.</summary>
    public void Write(TensorRtSeverity severity, string text)
    {
        try
        {
            if (severity >= TensorRtSeverity.Verbose)
                return;
            if (severity <= TensorRtSeverity.Error)
                Keep(text.Length > LongestMessage ? text[..LongestMessage] : text);
            Listener?.Invoke(severity, text);
        }
        catch (Exception)
        {
            // An exception cannot cross native frames, and a message is not worth the process.
        }
    }

    /// <summary>The place that <see cref="ErrorsSince"/> counts from.</summary>
    public long Mark()
    {
        lock (_lock)
            return _written;
    }

    /// <summary>The last errors since a mark: those of the calling thread, or where it has none, those of any. Ends with a full stop.</summary>
    public string ErrorsSince(long mark)
    {
        lock (_lock)
        {
            (long Number, int Thread, string Text)[] since = [.. _errors.Where(error => error.Number >= mark)];
            string[] own = [.. since.Where(error => error.Thread == Environment.CurrentManagedThreadId).Select(error => error.Text)];
            string[] told = own.Length > 0 ? own : [.. since.Select(error => error.Text)];
            return told.Length == 0 ? "it gave no reason." : string.Join(' ', told.TakeLast(Quoted)).TrimEnd().TrimEnd('.') + '.';
        }
    }

    private void Keep(string text)
    {
        lock (_lock)
        {
            _errors.Enqueue((_written++, Environment.CurrentManagedThreadId, text));
            while (_errors.Count > Kept)
                _errors.Dequeue();
        }
    }
}
