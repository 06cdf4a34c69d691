using System.Globalization;

namespace Perennial.Commands.Terminals;

/// <summary>Progress for a pipe or a log: one whole line per event, no more often than every few seconds.</summary>
internal sealed class LineStep(TextWriter writer, string title, string? unit, TimeProvider time) : IStep
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly long _began = time.GetTimestamp();
    private long _spoke = time.GetTimestamp();
    private long _total;
    private long _done;
    private string? _summary;

    public void Of(long total)
    {
        lock (_gate)
        {
            _total = total;
        }
    }

    public void At(long done, string? detail = null)
    {
        lock (_gate)
        {
            _done = Math.Max(_done, done);
            if (time.GetElapsedTime(_spoke) >= Quiet)
            {
                _spoke = time.GetTimestamp();
                writer.WriteLine($"{title}: {Amount()}{Pace()}{(detail is null ? "" : $", {detail}")}");
            }
        }
    }

    public void Ended(string summary) => _summary = summary;

    /// <summary>The last line, written once when the work has returned.</summary>
    public void Close() => writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: {_summary ?? (_total == 0 && _done == 0 ? "done" : Amount())} in {time.GetElapsedTime(_began).TotalSeconds:F1} s"));

    private string Amount() => unit is null
        ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * _done / Math.Max(1, _total):F0} %")
        : _total > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{_done:N0} of {_total:N0} {unit}")
        : string.Create(CultureInfo.InvariantCulture, $"{_done:N0} {unit}");

    private string Pace()
    {
        double rate = _done / Math.Max(1e-3, time.GetElapsedTime(_began).TotalSeconds);
        string pace = unit is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {rate:N0} {unit}/s");
        return _total > _done && rate > 0 ? pace + string.Create(CultureInfo.InvariantCulture, $", {(_total - _done) / rate:N0} s left") : pace;
    }
}
