namespace Perennial.Core.Search;

/// <summary>
/// What a segment needs after it was opened and while it is searched already: the int8 codes of its full blocks, and the check of every vector against the checksum
/// in the journal. On a thread of its own; searches of blocks without codes read the vectors.
/// </summary>
internal sealed class Upkeep
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Segment _segment;
    private readonly int _end;
    private readonly Func<IReadOnlyList<ReadOnlyMemory<byte>>, CancellationToken, Task> _damaged;

    /// <param name="segment">Retained until the work is done.</param>
    /// <param name="end">After the last row that is looked after; later ones are the writer's.</param>
    /// <param name="damaged">Told of points whose vectors are not what was written.</param>
    public Upkeep(Segment segment, int end, Func<IReadOnlyList<ReadOnlyMemory<byte>>, CancellationToken, Task> damaged)
    {
        (_segment, _end, _damaged) = (segment, end, damaged);
        segment.Retain();
        Done = end == 0 ? Leave() : Task.Factory.StartNew(WorkAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>Never faults.</summary>
    public Task Done { get; }

    public Task StopAsync()
    {
        _stop.Cancel();
        return Done;
    }

    private async Task WorkAsync()
    {
        try
        {
            for (int block = 0; block < _end / RowBlock.Rows && !_stop.IsCancellationRequested; block++)
                _segment.MakeCodes(block);
            for (int first = 0; first < _end && !_stop.IsCancellationRequested; first += RowBlock.Rows)
            {
                ReadOnlyMemory<byte>[] damaged = [.. _segment.Damaged(first, Math.Min(first + RowBlock.Rows, _end))];
                if (damaged.Length > 0)
                    await _damaged(damaged, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // the collection is closed
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // the damage could not be noted: the next opening finds it again
        }
        finally
        {
            await Leave().ConfigureAwait(false);
        }
    }

    private Task Leave()
    {
        _segment.Release();
        return Task.CompletedTask;
    }
}
