using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Endpoints;
using Perennial.Learning.Finetuning;

namespace Perennial.Background;

/// <summary>Overrides of a finetuning: <c>{"head": "linear", "hidden": 256, "balanced": true, "seed": 0}</c>.</summary>
internal static class ClassifierOverrides
{
    /// <exception cref="ProblemException">400 <c>invalid_recipe</c>; names the key, the value and what is allowed.</exception>
    public static ClassifierOptions Read(JsonObject overrides)
    {
        ClassifierOptions options = new();
        foreach ((string key, string value) in RecipeOverrides.ToText(overrides))
        {
            options = key switch
            {
                "head" => options with { Head = Enum.TryParse(value, ignoreCase: true, out HeadKind head) && Enum.IsDefined(head) && !char.IsDigit(value[0]) ? head : throw NotAllowed(key, value, "auto, linear or mlp") },
                "hidden" => options with { Hidden = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width is >= 1 and <= 8192 ? width : throw NotAllowed(key, value, "a whole number from 1 to 8192") },
                "balanced" => options with { Balanced = bool.TryParse(value, out bool balanced) ? balanced : throw NotAllowed(key, value, "true or false") },
                "seed" => options with { Seed = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long seed) ? seed : throw NotAllowed(key, value, "a whole number from 0") },
                _ => throw RecipeOverrides.Invalid($"A finetuning has no key '{key}'. Known are: head, hidden, balanced, seed."),
            };
        }
        return options;
    }

    private static ProblemException NotAllowed(string key, string value, string allowed) => RecipeOverrides.Invalid($"{key}: '{value}' is not allowed; give {allowed}.");
}
