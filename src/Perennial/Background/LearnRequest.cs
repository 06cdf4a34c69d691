using System.Text.Json;
using System.Text.Json.Nodes;
using Perennial.Core.Images;
using Perennial.Core.Scoring;

namespace Perennial.Background;

/// <summary>What the learner is to do: <c>runs/&lt;id&gt;/request.json</c>, written before it is started and never changed, so that a resumed run does what it began with.</summary>
public sealed record LearnRequest
{
    public required string RunId { get; init; }

    /// <summary>Pretrain or finetune.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>Name of a recipe; null for a finetuning.</summary>
    public string? Recipe { get; init; }

    /// <summary>Keys of the recipe with other values.</summary>
    public JsonObject Overrides { get; init; } = [];

    /// <summary>The generation to start from and to be judged against; null for the first one.</summary>
    public int? ParentGeneration { get; init; }

    /// <summary>The file that names the images and labels which the run sees.</summary>
    public required string SnapshotPath { get; init; }

    /// <summary>When the new generation may take over.</summary>
    public required GatePolicy Gate { get; init; }

    /// <summary>What an image may measure.</summary>
    public required ImageLimits Limits { get; init; }

    /// <summary>When the run started: its duration counts from here, interruptions included.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <exception cref="InvalidDataException">The file is not a request.</exception>
    public static LearnRequest Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<LearnRequest>(File.ReadAllBytes(path), RunJson.Options) ?? throw new InvalidDataException($"{path} is empty.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} is not a request for the learner: {fault.Message}", fault);
        }
    }

    /// <summary>Writes aside, flushes and renames.</summary>
    public void Write(string path)
    {
        string aside = path + ".aside";
        using (FileStream file = File.Create(aside))
        {
            JsonSerializer.Serialize(file, this, RunJson.Options);
            file.Flush(flushToDisk: true);
        }
        File.Move(aside, path, overwrite: true);
    }
}
