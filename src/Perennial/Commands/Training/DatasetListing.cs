using Perennial.Core.Corpus;

namespace Perennial.Commands.Training;

/// <summary>
/// What a choice of images comes to: which image is on which side. Equal images count once, and an image of the test side is never on the
/// training side.
/// </summary>
internal sealed class DatasetListing
{
    private readonly DatasetChoice _choice;
    private readonly Dictionary<string, Split> _sides;

    private DatasetListing(DatasetChoice choice, Dictionary<string, Split> sides) => (_choice, _sides) = (choice, sides);

    public int Count => _sides.Count;

    public int CountOf(Split side) => _sides.Values.Count(value => value == side);

    /// <summary>Looks at all images once.</summary>
    /// <exception cref="DatasetException">A path is missing, damaged or without images.</exception>
    public static DatasetListing Of(DatasetChoice choice, CancellationToken cancellationToken)
    {
        Entry[] data = Entries(choice.Data, cancellationToken);
        Entry[] test = choice.Test is null ? Side(data, Split.Test) : NamedTest(Entries(choice.Test, cancellationToken));
        var held = test.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        Entry[] train = [.. (choice.Test is null ? Side(data, Split.Train) : data.Where(entry => entry.Named != Split.Test)).Where(entry => !held.Contains(entry.Id))];
        return new DatasetListing(choice, BalancedSample.Of(train, entry => entry.Label, entry => entry.Id, choice.Limit).Select(entry => (entry.Id, Split.Train))
            .Concat(BalancedSample.Of(test, entry => entry.Label, entry => entry.Id, choice.TestLimit).Select(entry => (entry.Id, Split.Test)))
            .ToDictionary(pair => pair.Id, pair => pair.Item2, StringComparer.Ordinal));
    }

    /// <summary>The chosen images with their bytes, read once more.</summary>
    public IEnumerable<TileSource> Sources(CancellationToken cancellationToken)
    {
        HashSet<string> given = new(StringComparer.Ordinal);
        foreach (string path in new[] { _choice.Data, _choice.Test }.OfType<string>())
        {
            foreach (DatasetImage image in Dataset.Read(path, cancellationToken))
            {
                string id = ImageId.Of(image.Bytes);
                if (_sides.TryGetValue(id, out Split side) && given.Add(id))
                {
                    yield return new TileSource(id, image.Label, side, () => image.Bytes);
                }
            }
        }
    }

    // Folders decide only where they name both sides; a train/ alone says nothing about what is held out.
    private static Entry[] Side(Entry[] entries, Split side)
    {
        bool named = entries.Any(entry => entry.Named == Split.Train) && entries.Any(entry => entry.Named == Split.Test);
        return [.. entries.Where(entry => (named ? entry.Named : Splits.Of(entry.Id)) == side)];
    }

    private static Entry[] NamedTest(Entry[] entries)
        => entries.Any(entry => entry.Named == Split.Test) ? [.. entries.Where(entry => entry.Named == Split.Test)] : entries;

    private static Entry[] Entries(string path, CancellationToken cancellationToken)
        => [.. Dataset.Read(path, cancellationToken).Select(image => new Entry(ImageId.Of(image.Bytes), image.Label, image.Split)).DistinctBy(entry => entry.Id)];

    private sealed record Entry(string Id, string? Label, Split? Named);
}
