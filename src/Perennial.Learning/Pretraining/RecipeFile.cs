using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Perennial.Learning.Pretraining;

/// <summary>Finds a recipe and reads its YAML: a flat map of keys, with one nested map for the views.</summary>
internal static class RecipeFile
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "recipes");

    public static IReadOnlyList<string> Names() => Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)]
        : [];

    public static Recipe Load(string nameOrPath, IReadOnlyDictionary<string, string>? overrides)
    {
        Dictionary<string, string> values = Read(Find(nameOrPath));
        foreach ((string key, string value) in overrides ?? new Dictionary<string, string>()) values[key.Replace('-', '_')] = value;
        return RecipeKeys.Bind(values);
    }

    private static string Find(string nameOrPath)
    {
        string named = Path.Combine(Folder, nameOrPath + ".yaml");
        if (nameOrPath.IndexOfAny(['/', '\\']) < 0 && File.Exists(named)) return named;
        if (nameOrPath.EndsWith(".yaml", StringComparison.Ordinal) && File.Exists(nameOrPath)) return nameOrPath;
        throw new RecipeException($"There is no recipe '{nameOrPath}'. Known are: {string.Join(", ", Names())}; or give the path of a .yaml file.");
    }

    private static Dictionary<string, string> Read(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var yaml = new YamlStream();
            using StreamReader text = File.OpenText(path);
            yaml.Load(text);
            if (yaml.Documents.Count == 0) return values;
            Flatten(path, "", yaml.Documents[0].RootNode, values);
            return values;
        }
        catch (YamlException exception)
        {
            throw new RecipeException($"{path}, line {exception.Start.Line}: this is not valid YAML ({exception.Message}).");
        }
    }

    private static void Flatten(string path, string prefix, YamlNode node, Dictionary<string, string> values)
    {
        if (node is not YamlMappingNode map) throw new RecipeException($"{path}: a recipe is a list of 'key: value' lines.");
        foreach ((YamlNode key, YamlNode value) in map.Children)
        {
            string name = prefix + key;
            if (value is YamlScalarNode scalar) values[name] = scalar.Value ?? "";
            else Flatten(path, name + ".", value, values);
        }
    }
}
