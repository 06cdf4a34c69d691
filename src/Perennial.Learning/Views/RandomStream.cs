namespace Perennial.Learning.Views;

/// <summary>A sequence of random numbers that belongs to one address: seed, purpose, epoch and item. Not thread-safe; make one where needed.</summary>
internal struct RandomStream
{
    private readonly ulong _seed;
    private readonly uint _purpose, _epoch, _item;
    private (uint X, uint Y, uint Z, uint W) _words;
    private uint _drawn;

    public RandomStream(ulong seed, uint purpose, uint epoch, uint item) =>
        (_seed, _purpose, _epoch, _item) = (seed, purpose, epoch, item);

    /// <summary>Uniform in [0, 1), 32 bits fine.</summary>
    public double NextDouble()
    {
        if (_drawn % 4 == 0) _words = Philox.Block((_drawn / 4, _item, _epoch, _purpose), _seed);
        uint word = (_drawn++ % 4) switch { 0 => _words.X, 1 => _words.Y, 2 => _words.Z, _ => _words.W };
        return word / 4294967296.0;
    }

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Uniform in 0 .. <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)(NextDouble() * count);

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>Puts items into random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int last = items.Length - 1; last > 0; last--)
        {
            int other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
