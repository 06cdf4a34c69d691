using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Perennial.Learning.Networks;

/// <summary>
/// Which libtorch this process computes with: the one that came along, or, where the environment variable <see cref="Variable"/> names the <c>torch/lib</c>
/// folder of a PyTorch install, that one (with its CUDA).
/// </summary>
public static unsafe class Libtorch
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "PERENNIAL_LIBTORCH";

    private const string CpuLibrary = "libtorch_cpu.so", CudaLibrary = "libtorch_cuda.so", Bindings = "libLibTorchSharp.so";

    private static readonly Lazy<nint> Cpu = new(OpenQuietly);

    /// <summary>Loads it, once; to be called before anything else of torch is used.</summary>
    /// <exception cref="DeviceException">The folder lacks a library, or it is a libtorch that this build cannot work with.</exception>
    public static void Load() => _ = Cpu.Value;

    /// <summary>Whether it can compute on NVIDIA GPUs, as far as its files tell.</summary>
    public static bool HasCuda => File.Exists(Path.Combine(Folder, CudaLibrary));

    /// <summary>Where its libraries lie.</summary>
    public static string Folder => Given ?? AppContext.BaseDirectory;

    private static string? Given => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;

    /// <summary>A C++ function that TorchSharp does not offer, by its mangled name.</summary>
    /// <exception cref="DeviceException">This libtorch has no such function.</exception>
    internal static nint Export(string symbol) => NativeLibrary.TryGetExport(Cpu.Value, symbol, out nint address)
        ? address
        : throw new DeviceException($"The libtorch in {Folder} does not export {symbol}: this version of perennial was made for libtorch 2.10.");

    /// <summary>Lets cuDNN try its convolutions and keep the fastest for each shape.</summary>
    internal static void BenchmarkConvolutions()
    {
        var context = (delegate* unmanaged<nint>)Export("_ZN2at13globalContextEv");
        var setBenchmark = (delegate* unmanaged<nint, byte, void>)Export("_ZN2at7Context17setBenchmarkCuDNNEb");
        setBenchmark(context(), 1);
    }

    private static nint OpenQuietly()
    {
        nint library = Open();
        // NNPACK does not know newer processors, and says so once for each small convolution; oneDNN computes them anyway.
        if (NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out nint context) && NativeLibrary.TryGetExport(library, "_ZN2at7Context20setUserEnabledNNPACKEb", out nint setEnabled))
            ((delegate* unmanaged<nint, byte, void>)setEnabled)(((delegate* unmanaged<nint>)context)(), 0);
        return library;
    }

    private static nint Open()
    {
        if (Given is not { } folder)
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return NativeLibrary.TryLoad(CpuLibrary, typeof(torch).Assembly, null, out nint own) ? own : throw new DeviceException($"{CpuLibrary} could not be found beside the program.");
        }
        if (!File.Exists(Path.Combine(folder, CpuLibrary)))
            throw new DeviceException($"{Variable} is {folder}, where there is no {CpuLibrary}: name the torch/lib folder of a PyTorch install.");
        try
        {
            // Loaded by their full paths first, they are what the bindings find when they ask for them by name.
            foreach (string name in (string[])["libc10.so", CpuLibrary, "libc10_cuda.so", CudaLibrary, "libtorch.so"])
                if (File.Exists(Path.Combine(folder, name))) NativeLibrary.Load(Path.Combine(folder, name));
            // A library by another name (libtorch_cpu.so.1.13) would not be found: the bindings would bring in a second libtorch, and the process would die.
            if (!NativeLibrary.TryLoad(CpuLibrary, out nint byName) || byName != NativeLibrary.Load(Path.Combine(folder, CpuLibrary)))
                throw new DeviceException($"The libtorch in {folder} ({Variable}) is not one of PyTorch's own packages, or older than 2.0; this version of perennial was made for libtorch 2.10.");
            NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, Bindings));
        }
        catch (DllNotFoundException exception)
        {
            string reason = exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault(line => line.Contains(".so", StringComparison.Ordinal)) ?? exception.Message;
            throw new DeviceException($"The libtorch in {folder} ({Variable}) cannot be used; this version of perennial was made for libtorch 2.10. {reason}");
        }
        // TorchSharp would otherwise load the libtorch beside the program as a second one.
        Loaded("nativeBackendLoaded");
        if (HasCuda) Loaded("nativeBackendCudaLoaded");
        torch.InitializeDeviceType(DeviceType.CPU);
        return NativeLibrary.Load(Path.Combine(folder, CpuLibrary));
    }

    private static void Loaded(string field)
    {
        FieldInfo flag = typeof(torch).GetField(field, BindingFlags.Static | BindingFlags.NonPublic)
            ?? throw new DeviceException($"This TorchSharp loads its libraries in another way than expected ({field}): unset {Variable}.");
        flag.SetValue(null, true);
    }
}
