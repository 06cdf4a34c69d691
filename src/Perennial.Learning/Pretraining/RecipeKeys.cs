using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using Perennial.Learning.Views;

namespace Perennial.Learning.Pretraining;

/// <summary>Keys of a recipe and the properties behind them: binding, checking, writing.</summary>
internal static class RecipeKeys
{
    private const string Views = "views.";

    /// <summary>
    /// Fills a recipe; what is not named keeps its default, and what <c>second_view</c> and <c>local_views</c> do not name is as in <c>views</c>.
    /// </summary>
    /// <exception cref="RecipeException">An unknown key, one that means nothing to the method and network, a value that is no number or out of range, or values that contradict each other.</exception>
    public static Recipe Bind(IReadOnlyDictionary<string, string> values)
    {
        var recipe = new Recipe();
        Set(recipe, values.Where(entry => !IsDerived(entry.Key)));
        recipe = recipe with { SecondView = recipe.Views with { }, LocalViews = recipe.Views with { } };
        Set(recipe, values.Where(entry => IsDerived(entry.Key)));
        foreach (string key in values.Keys)
        {
            if (UsersOf(key, KeysOf(recipe)[key].Property) is { } users && !Uses(recipe, users))
                throw new RecipeException($"{key}: means nothing to {recipe.Method} with {recipe.Backbone}; it belongs to {string.Join(", ", users)}.");
        }
        return recipe.Contradiction() is { } contradiction ? throw new RecipeException($"{contradiction}.") : recipe;
    }

    /// <summary>The keys that mean something to the recipe's method and network, with their values; of the further views only what differs.</summary>
    public static string Write(Recipe recipe)
    {
        var yaml = new StringBuilder();
        string group = "";
        var keys = KeysOf(recipe);
        foreach ((string key, (object owner, PropertyInfo property)) in keys)
        {
            if (UsersOf(key, property) is { } users && !Uses(recipe, users)) continue;
            if (IsDerived(key) && Equals(property.GetValue(owner), property.GetValue(recipe.Views))) continue;
            int dot = key.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && key[..dot] != group) yaml.Append(group = key[..dot]).AppendLine(":");
            yaml.Append(dot > 0 ? "  " : "").Append(key[(dot + 1)..]).Append(": ").AppendLine(Text(property.GetValue(owner)));
        }
        return yaml.ToString();
    }

    private static void Set(Recipe recipe, IEnumerable<KeyValuePair<string, string>> values)
    {
        Dictionary<string, (object Owner, PropertyInfo Property)> keys = KeysOf(recipe);
        foreach ((string key, string value) in values)
        {
            if (!keys.TryGetValue(key, out var target)) throw new RecipeException(Unknown(key, keys.Keys));
            target.Property.SetValue(target.Owner, Parse(key, value, target.Property));
        }
    }

    private static bool IsDerived(string key) => key.Contains('.', StringComparison.Ordinal) && !key.StartsWith(Views, StringComparison.Ordinal);

    private static string? Text(object? value) => value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture);

    private static bool Uses(Recipe recipe, IReadOnlyList<string> users) => users.Contains(recipe.Method) || users.Contains(recipe.Backbone);

    private static IReadOnlyList<string>? UsersOf(string key, PropertyInfo property)
    {
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        PropertyInfo of = dot < 0 ? property : Groups.Single(group => SnakeCase(group.Name) == key[..dot]);
        return of.GetCustomAttribute<UsedByAttribute>()?.Names;
    }

    private static IEnumerable<PropertyInfo> Groups => Settable(typeof(Recipe)).Where(property => property.PropertyType == typeof(ViewParameters));

    private static Dictionary<string, (object Owner, PropertyInfo Property)> KeysOf(Recipe recipe) =>
        Settable(typeof(Recipe)).Except(Groups).Select(property => (Key: SnakeCase(property.Name), Owner: (object)recipe, Property: property))
            .Concat(Groups.SelectMany(group => Settable(typeof(ViewParameters)).Select(property => (Key: $"{SnakeCase(group.Name)}.{SnakeCase(property.Name)}", Owner: group.GetValue(recipe)!, Property: property))))
            .ToDictionary(entry => entry.Key, entry => (entry.Owner, entry.Property));

    private static IEnumerable<PropertyInfo> Settable(Type owner) =>
        owner.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static object Parse(string key, string text, PropertyInfo property)
    {
        object? value = property.PropertyType switch
        {
            Type type when type == typeof(int) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : null,
            Type type when type == typeof(double) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null,
            Type type when type == typeof(bool) => bool.TryParse(text, out bool flag) ? flag : null,
            _ => text,
        };
        string allowed = property.GetCustomAttribute<RangeAttribute>() is { } range
            ? string.Create(CultureInfo.InvariantCulture, $"{(property.PropertyType == typeof(int) ? "a whole number" : "a number")} from {range.Minimum} to {range.Maximum}")
            : property.PropertyType == typeof(bool) ? "true or false"
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
