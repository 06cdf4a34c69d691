using System.Text.Json;
using System.Text.Json.Nodes;
using Perennial.Endpoints;
using Perennial.Learning.Pretraining;

namespace Perennial.Background;

/// <summary>Overrides of a recipe as they come in JSON: <c>{"epochs": 5, "views": {"crop_scale_min": 0.2}}</c>.</summary>
internal static class RecipeOverrides
{
    /// <summary>Later ones win.</summary>
    public static JsonObject Merge(params JsonObject[] overrides)
    {
        JsonObject merged = [];
        foreach ((string key, JsonNode? value) in overrides.SelectMany(each => each)) merged[key] = value?.DeepClone();
        return merged;
    }

    /// <summary>Loads a recipe that came with the program, with overrides. Paths are refused: what is asked over HTTP must not read files.</summary>
    /// <exception cref="ProblemException">400 <c>invalid_recipe</c>; names the key, the value and what is allowed.</exception>
    public static Recipe Load(string name, JsonObject overrides)
    {
        IReadOnlyList<string> known = Recipe.Names();
        if (!known.Contains(name)) throw Invalid($"There is no recipe '{name}'. Known are: {string.Join(", ", known)}.");
        try
        {
            return Recipe.Load(name, ToText(overrides));
        }
        catch (RecipeException fault)
        {
            throw Invalid(fault.Message);
        }
    }

    /// <summary>Keys and values as a recipe takes them, nested ones joined by a dot.</summary>
    /// <exception cref="ProblemException">400 <c>invalid_recipe</c>: a value that is neither number, text, truth value nor object.</exception>
    public static Dictionary<string, string> ToText(JsonObject overrides)
    {
        Dictionary<string, string> text = new(StringComparer.Ordinal);
        Flatten("", overrides, text);
        return text;
    }

    private static void Flatten(string prefix, JsonObject values, Dictionary<string, string> text)
    {
        foreach ((string key, JsonNode? value) in values)
        {
            if (value is JsonObject nested)
                Flatten($"{prefix}{key}.", nested, text);
            else
                text[prefix + key] = value is JsonValue && value.GetValueKind() is JsonValueKind.Number or JsonValueKind.String or JsonValueKind.True or JsonValueKind.False
                    ? value!.ToString()
                    : throw Invalid($"{prefix}{key}: give a number, a text, true or false.");
        }
    }

    internal static ProblemException Invalid(string sentence) => new(StatusCodes.Status400BadRequest, ErrorCode.InvalidRecipe, sentence);
}
