using System.ComponentModel;
using System.Diagnostics;

namespace Perennial.Inference.Tests.Engines.TensorRt;

/// <summary>Compiles the stand-in libraries, once for all tests, for both major versions.</summary>
public sealed class StandInBuild : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perennial-standin-").FullName;
    private readonly Dictionary<int, StandIn> _built = [];

    public StandInBuild()
    {
        try
        {
            Compile(["--version"]);
        }
        catch (Win32Exception)
        {
            Missing = "g++ is not installed; the stand-in for TensorRT cannot be built.";
            return;
        }
        Parallel.ForEach([10, 11], Build);
        foreach (int major in (int[])[10, 11])
            _built[major] = new StandIn(major, Folder(major));
    }

    /// <summary>Why there are none; null when there are.</summary>
    public string? Missing { get; }

    internal StandIn this[int major] => _built[major];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Folder(int major) => Path.Combine(_folder, $"{major}");

    private void Build(int major)
    {
        Directory.CreateDirectory(Folder(major));
        string cuda = StandIn.Cuda(major), infer = $"libnvinfer.so.{major}", parser = $"libnvonnxparser.so.{major}";
        Library(major, "cudart.cpp", cuda); // each needs those before it, which the engine has loaded by then
        Library(major, "nvinfer.cpp", infer, cuda);
        Library(major, "nvonnxparser.cpp", parser, infer, cuda);
    }

    private void Library(int major, string source, string name, params string[] needs) => Compile(
    [
        "-std=c++20", "-O1", "-fPIC", "-shared", "-pthread", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror", $"-DSTANDIN_MAJOR={major}",
        Path.Combine(AppContext.BaseDirectory, "Engines", "TensorRt", "standin", source), "-o", Path.Combine(Folder(major), name),
        $"-Wl,-soname,standin-{name}", // or the loader would take a stand-in, once loaded, for the real library of that name
        $"-L{Folder(major)}", .. needs.Select(need => $"-l:{need}"),
    ]);

    private static void Compile(string[] arguments)
    {
        using Process compiler = Process.Start(new ProcessStartInfo("g++", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = compiler.StandardOutput.ReadToEndAsync();
        string errors = compiler.StandardError.ReadToEnd();
        output.Wait();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
            throw new InvalidOperationException($"g++ {string.Join(' ', arguments)}\n{errors}");
    }
}
