using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Perennial.Learning.Pretraining;

/// <summary>Keys of a recipe and the properties behind them: binding, checking, writing.</summary>
internal static class RecipeKeys
{
    /// <summary>Fills a recipe; what is not named keeps its default.</summary>
    /// <exception cref="RecipeException">An unknown key, or a value that is no number or out of range.</exception>
    public static Recipe Bind(IReadOnlyDictionary<string, string> values)
    {
        var recipe = new Recipe();
        Dictionary<string, (object Owner, PropertyInfo Property)> keys = KeysOf(recipe);
        foreach ((string key, string value) in values)
        {
            if (!keys.TryGetValue(key, out var target)) throw new RecipeException(Unknown(key, keys.Keys));
            target.Property.SetValue(target.Owner, Parse(key, value, target.Property));
        }
        return recipe.Views.Contradiction() is { } contradiction ? throw new RecipeException($"views: {contradiction}.") : recipe;
    }

    public static string Write(Recipe recipe)
    {
        var yaml = new StringBuilder();
        foreach ((string key, (object owner, PropertyInfo property)) in KeysOf(recipe))
        {
            if (key == FirstOf(recipe.Views)) yaml.AppendLine("views:");
            yaml.Append(key.StartsWith("views.", StringComparison.Ordinal) ? "  " + key["views.".Length..] : key)
                .Append(": ").AppendLine(Convert.ToString(property.GetValue(owner), CultureInfo.InvariantCulture));
        }
        return yaml.ToString();
    }

    private static string FirstOf(object views) => "views." + SnakeCase(Settable(views).First().Name);

    private static Dictionary<string, (object Owner, PropertyInfo Property)> KeysOf(Recipe recipe) =>
        Settable(recipe).Where(property => property.Name != nameof(Recipe.Views)).Select(property => (Key: SnakeCase(property.Name), Owner: (object)recipe, Property: property))
            .Concat(Settable(recipe.Views).Select(property => (Key: "views." + SnakeCase(property.Name), Owner: (object)recipe.Views, Property: property)))
            .ToDictionary(entry => entry.Key, entry => (entry.Owner, entry.Property));

    private static IEnumerable<PropertyInfo> Settable(object owner) =>
        owner.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static object Parse(string key, string text, PropertyInfo property)
    {
        object? value = property.PropertyType switch
        {
            Type type when type == typeof(int) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : null,
            Type type when type == typeof(double) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null,
            _ => text,
        };
        string allowed = property.GetCustomAttribute<RangeAttribute>() is { } range
            ? string.Create(CultureInfo.InvariantCulture, $"{(property.PropertyType == typeof(int) ? "a whole number" : "a number")} from {range.Minimum} to {range.Maximum}")
            : "one of " + string.Join(", ", property.GetCustomAttribute<AllowedValuesAttribute>()?.Values ?? []);
        bool valid = value is not null && property.GetCustomAttributes<ValidationAttribute>().All(rule => rule.IsValid(value));
        return valid ? value! : throw new RecipeException($"{key}: '{text}' is not allowed; give {allowed}.");
    }

    private static string Unknown(string key, IEnumerable<string> known)
    {
        string nearest = known.MinBy(candidate => Distance(key, candidate))!;
        return $"The recipe has no key '{key}'" + (Distance(key, nearest) <= 1 + key.Length / 3 ? $"; did you mean '{nearest}'?" : $". Known are: {string.Join(", ", known)}.");
    }

    /// <summary>Levenshtein's edit distance.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[^1];
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
