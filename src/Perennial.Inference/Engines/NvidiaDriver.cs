using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines;

/// <summary>Asks NVIDIA's driver, if there is one, how many GPUs it has.</summary>
internal static unsafe class NvidiaDriver
{
    private const string Library = "libcuda.so.1";

    private static readonly Lazy<(int Gpus, string? Fault)> Found = new(Ask);

    /// <summary>Why this GPU cannot be used, as a clause; null where it can.</summary>
    public static string? Missing(int gpu) => Found.Value switch
    {
        (_, { } fault) => fault,
        (var gpus, _) when gpu >= gpus => $"the NVIDIA driver has {gpus} GPUs and none of them is number {gpu}",
        _ => null,
    };

    private static (int Gpus, string? Fault) Ask()
    {
        // Never unloaded: the runtimes load it too.
        if (!NativeLibrary.TryLoad(Library, out nint driver))
            return (0, $"there is no NVIDIA driver ({Library} is not found)");
        if (!NativeLibrary.TryGetExport(driver, "cuInit", out nint init) || !NativeLibrary.TryGetExport(driver, "cuDeviceGetCount", out nint count))
            return (0, $"{Library} is not NVIDIA's driver");
        int gpus = 0;
        int result = ((delegate* unmanaged[Cdecl]<uint, int>)init)(0);
        if (result == 0)
            result = ((delegate* unmanaged[Cdecl]<int*, int>)count)(&gpus);
        return result == 0 && gpus > 0 ? (gpus, null) : (0, $"the NVIDIA driver finds no GPU (error {result}); does nvidia-smi list one?");
    }
}
