namespace Perennial.Inference.Batching;

/// <summary>
/// Divides the places of a batch between the classes. Interactive goes first; while bulk waits beside it, every
/// <paramref name="interactivePerBulk"/> interactive images entitle one bulk image to a place.
/// </summary>
internal sealed class FairShare(int maxBatch, int interactivePerBulk)
{
    private readonly int _most = interactivePerBulk * Math.Max(1, maxBatch / 2);
    private int _served; // interactive images taken while bulk waited, for which bulk has not had its place yet

    /// <param name="interactive">Images waiting.</param>
    /// <param name="bulk">Images waiting.</param>
    /// <param name="interactiveLately">Somebody was served a moment ago and may well come back, so a batch of bulk alone stays short.</param>
    /// <param name="places">Of this batch, where other lanes take a part of what waits; null for all.</param>
    public (int Interactive, int Bulk) Divide(int interactive, int bulk, bool interactiveLately, int? places = null)
    {
        int most = places ?? maxBatch;
        if (bulk == 0)
        {
            _served = 0;
            return (Math.Min(interactive, most), 0);
        }
        if (interactive == 0)
        {
            int alone = Math.Min(bulk, interactiveLately ? Math.Max(1, most / (interactivePerBulk + 1)) : most);
            _served = Math.Max(0, _served - alone * interactivePerBulk);
            return (0, alone);
        }
        int due = Math.Min(Math.Min(_served / interactivePerBulk, bulk), most);
        int first = Math.Min(interactive, most - due);
        _served = Math.Min(_most, _served - due * interactivePerBulk + first);
        return (first, due);
    }
}
