using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.Json.Nodes;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Inference.Engines;
using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using TorchSharp;

namespace Perennial.Commands;

/// <summary><c>perennial doctor</c>: which devices and libraries there are, and in one sentence what is missing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("doctor", "Name the devices and libraries that were found, and what is missing.", "doctor", "doctor --json") { json };
        verb.SetAction((parsed, _) => Task.FromResult(Run(Terminal.Of(parsed), parsed.GetValue(json))));
        return verb;
    }

    private static int Run(Terminal terminal, bool json)
    {
        string? trouble = null;
        try
        {
            Libtorch.Load();
        }
        catch (DeviceException exception)
        {
            trouble = exception.Message;
        }
        List<(string Name, string Value)> found =
        [
            ("perennial", typeof(DoctorCommand).Assembly.GetName().Version!.ToString(3)),
            ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, .NET {Environment.Version}"),
            ("processor", $"{Environment.ProcessorCount} cores, {Instructions()}"),
            ("memory", string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):F1} GiB")),
            ("libtorch", trouble is null ? $"{torch.__version__} in {Libtorch.Folder}" : "none that works"),
            ("ONNX Runtime", $"{Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString()}, {string.Join(", ", Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetAvailableProviders())}"),
            .. Engines(),
            ("libvips", $"{NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}"),
            ("GPUs", trouble is null ? Gpus() : "unknown"),
            ("training would use", trouble is null ? $"{(ComputeDevice.Gpus > 0 ? "cuda:0" : "cpu")}, amp auto = {Amp()}" : "nothing"),
        ];
        string verdict = trouble ?? (ComputeDevice.Gpus > 0 ? "Nothing is missing."
            : !Libtorch.HasCuda ? $"Nothing is missing for the CPU; for a GPU, set {Libtorch.Variable} to the torch/lib folder of a PyTorch with CUDA, or build with -p:Cuda=true."
            : "libtorch has CUDA but finds no GPU: is the NVIDIA driver installed, and does nvidia-smi list one?");
        if (json)
        {
            JsonObject all = new(found.Select(entry => KeyValuePair.Create(entry.Name.Replace(' ', '_').ToLowerInvariant(), (JsonNode?)entry.Value))) { ["verdict"] = verdict };
            terminal.Output.WriteLine(all.ToJsonString());
        }
        else
        {
            found.Aggregate(new ScoreTable("What was found"), (table, entry) => table.Text(entry.Name, entry.Value)).Show(terminal);
            terminal.Output.WriteLine(verdict);
        }
        return trouble is null ? ExitCode.Done : ExitCode.Failed;
    }

    // With a folder for its engines, as the service has one.
    private static IEnumerable<(string Name, string Value)> Engines()
    {
        EngineOptions served = new() { CacheFolder = "cache" };
        foreach (string kind in new[] { EngineKinds.TensorRt, EngineKinds.OnnxRuntimeTensorRt, EngineKinds.OnnxRuntimeCuda, EngineKinds.OnnxRuntimeCpu })
            yield return ($"engine {kind}", EngineCandidates.Missing(kind, served) is { } missing ? $"no: {missing}" : "yes");
        yield return ("int8", EncoderPrecision.HasVnni ? "fast: the processor has VNNI" : "not faster than fp32: the processor has no VNNI");
    }

    private static string Gpus() => ComputeDevice.Gpus switch
    {
        0 => "none",
        int count => string.Join(", ", Enumerable.Range(0, count).Select(index => $"cuda:{index}")),
    };

    private static string Amp() => Precision.Of("auto", ComputeDevice.Gpus > 0 ? DeviceType.CUDA : DeviceType.CPU).Type == torch.ScalarType.Float32 ? "off (float32)" : "bf16";

    private static string Instructions() => Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "neither AVX2 nor AVX-512";
}
