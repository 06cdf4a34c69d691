using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace Perennial.Background;

/// <summary>What a pretraining run does that names no recipe.</summary>
public sealed record RunDefaults
{
    /// <summary>Name of a recipe.</summary>
    /// <value>Default <c>simclr-small</c>: minutes on a CPU.</value>
    [Required]
    public string Recipe { get; init; } = "simclr-small";

    /// <summary>Keys of the recipe with other values; backbone, width and image size follow the serving generation where they are not given.</summary>
    public JsonObject Overrides { get; init; } = [];
}
