using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;

namespace Perennial.Learning.Continual;

/// <summary>
/// Batches of newer images with older ones among them. The newer images are passed through in random order, each once a pass; the older ones are drawn anew
/// for each step, no image twice in a batch. What a step gets is a function of seed and step alone, so that a resumed run sees what the uninterrupted one would have seen.
/// </summary>
internal sealed class ReplayMix
{
    private readonly int[] _newer;
    private readonly IReadOnlyList<int[]> _older; // by class, or all in one
    private readonly int _seed, _olderCount;
    private (long Pass, int[] Order) _pass = (-1, []);

    /// <param name="recipe">Batch, ratio, sampling, memory, seed.</param>
    /// <param name="newer">Rows that the previous encoder has not seen, one or more.</param>
    /// <param name="older">Rows that it has learned from, one or more.</param>
    /// <param name="idOf">Id of a row's image.</param>
    /// <param name="labelOf">Its label, or null.</param>
    public ReplayMix(Recipe recipe, IReadOnlyList<int> newer, IReadOnlyList<int> older, Func<int, string> idOf, Func<int, string?> labelOf)
    {
        int batch = recipe.LargeBatchSize;
        _newer = [.. newer];
        _seed = recipe.Seed;
        _older = recipe.ReplaySampling switch
        {
            "class-balanced" => [.. older.GroupBy(labelOf).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.ToArray())],
            "reservoir" => [Reservoir.Keep(older, idOf, recipe.ReplayMemory)],
            _ => [[.. older]],
        };
        int available = _older.Sum(group => group.Length);
        double share = recipe.ReplayRatio < 0 ? (double)older.Count / (older.Count + newer.Count) : recipe.ReplayRatio;
        int wanted = (int)Math.Round(share * batch, MidpointRounding.AwayFromZero);
        _olderCount = Math.Min(Math.Max(wanted, batch - _newer.Length), available); // too few of one kind are made up by the other
        Newer = batch - _olderCount;
        if (Newer > _newer.Length)
            throw new RecipeException($"{_newer.Length} newer and {available} older images do not fill a batch of {batch} at replay_ratio {recipe.ReplayRatio}: lower batch_size, or raise replay_memory.");
    }

    /// <summary>Newer images a batch.</summary>
    public int Newer { get; }

    /// <summary>Older images a batch.</summary>
    public int Older => _olderCount;

    /// <summary>The rows of a step, mixed.</summary>
    public int[] Rows(long step)
    {
        int[] rows = [.. NewerRows(step), .. OlderRows(step)];
        new RandomStream((ulong)_seed, RandomPurpose.Mix, (uint)step, 0).Shuffle(rows.AsSpan());
        return rows;
    }

    // Whole batches of a shuffled pass; what is left over waits for the next pass, as in EpochOrder.
    private Span<int> NewerRows(long step)
    {
        if (Newer == 0) return [];
        long perPass = _newer.Length / Newer, pass = step / perPass;
        if (_pass.Pass != pass)
        {
            int[] order = [.. _newer];
            new RandomStream((ulong)_seed, RandomPurpose.Newer, (uint)pass, 0).Shuffle(order.AsSpan());
            _pass = (pass, order);
        }
        return _pass.Order.AsSpan((int)(step % perPass) * Newer, Newer);
    }

    private HashSet<int> OlderRows(long step)
    {
        HashSet<int> drawn = new(Older);
        var random = new RandomStream((ulong)_seed, RandomPurpose.Replay, (uint)step, 0);
        if (Older == 0) return drawn;
        int first = random.Below(_older.Count); // where shares do not come out even, another class is ahead each time
        List<int[]> open = [.. Enumerable.Range(0, _older.Count).Select(i => _older[(first + i) % _older.Count])];
        Dictionary<int[], int> taken = open.ToDictionary(group => group, _ => 0);
        for (int turn = 0; drawn.Count < Older; turn++)
        {
            int[] group = open[turn % open.Count];
            int row;
            do row = group[random.Below(group.Length)];
            while (!drawn.Add(row));
            if (++taken[group] == group.Length)
            {
                open.Remove(group); // a small class is used up: the others fill its place
                turn = -1;
            }
        }
        return drawn;
    }
}
