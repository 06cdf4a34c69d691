using System.Text.Json.Nodes;
using Perennial.Core.Corpus;

namespace Perennial.Commands.Ingest;

/// <summary>What became of the images, counted.</summary>
internal sealed class IngestTally
{
    private const int MostExamples = 5;
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly List<SkippedImage> _examples = [];

    public long Added { get; private set; }

    public long Duplicates { get; private set; }

    public long Refused { get; private set; }

    public long Seen => Added + Duplicates + Refused;

    /// <summary>Refused images by code.</summary>
    public IReadOnlyDictionary<string, long> Reasons => _reasons;

    /// <summary>The first few refused images with the sentence that says why.</summary>
    public IReadOnlyList<SkippedImage> Examples => _examples;

    public void Count(string name, AddOutcome outcome)
    {
        if (outcome.Id is null)
        {
            Refuse(new SkippedImage(name, outcome.ErrorMessage ?? ""), outcome.ErrorCode ?? "unknown");
        }
        else if (outcome.Duplicate)
        {
            Duplicates++;
        }
        else
        {
            Added++;
        }
    }

    public void Refuse(SkippedImage image, string code)
    {
        Refused++;
        _reasons[code] = _reasons.GetValueOrDefault(code) + 1;
        if (_examples.Count < MostExamples)
        {
            _examples.Add(image);
        }
    }

    public JsonObject ToJson() => new()
    {
        ["added"] = Added,
        ["duplicates"] = Duplicates,
        ["refused"] = Refused,
        ["reasons"] = new JsonObject(_reasons.Select(reason => KeyValuePair.Create(reason.Key, (JsonNode?)reason.Value))),
    };
}
