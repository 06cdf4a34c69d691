namespace Perennial.Core.Scoring;

/// <summary>The k most similar bank rows of one query, best first; equal cosines in the order of the bank.</summary>
internal sealed class NearestRows(int k)
{
    private readonly double[] _cosines = new double[k];
    private readonly int[] _rows = new int[k];
    private int _count;

    public ReadOnlySpan<double> Cosines => _cosines.AsSpan(0, _count);

    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);

    /// <summary>Offers consecutive rows; earlier rows must have been offered before.</summary>
    public void Offer(int firstRow, ReadOnlySpan<double> cosines)
    {
        for (int i = 0; i < cosines.Length; i++)
        {
            if (_count < k || cosines[i] > _cosines[_count - 1])
                Insert(firstRow + i, cosines[i]);
        }
    }

    private void Insert(int row, double cosine)
    {
        int place = _count < k ? _count++ : k - 1;
        for (; place > 0 && _cosines[place - 1] < cosine; place--)
            (_cosines[place], _rows[place]) = (_cosines[place - 1], _rows[place - 1]);
        (_cosines[place], _rows[place]) = (cosine, row);
    }
}
