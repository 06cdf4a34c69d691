using System.Reflection;
using TorchSharp;

namespace Perennial.Learning.Export;

/// <summary>What a generation was made with.</summary>
internal static class SoftwareVersions
{
    /// <summary>Program and library versions by name.</summary>
    public static IReadOnlyDictionary<string, string> Current { get; } = new Dictionary<string, string>
    {
        ["perennial"] = Informational(typeof(SoftwareVersions).Assembly),
        ["torchsharp"] = Informational(typeof(torch).Assembly),
        ["libtorch"] = torch.__version__,
        ["dotnet"] = Environment.Version.ToString(),
        ["onnx_opset"] = OnnxGraph.Opset.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private static string Informational(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version!.ToString();
}
