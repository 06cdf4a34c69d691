using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Networks;

/// <summary>
/// Automatic mixed precision for as long as it lives: convolutions and matrix products run in bfloat16, the rest as it needs.
/// Holds for the calling thread. TorchSharp does not expose it (dotnet/TorchSharp#899), but libtorch_cpu exports the C++ functions,
/// whose arguments are plain bytes; they are resolved once, by their mangled names.
/// </summary>
internal sealed unsafe class Autocast : IDisposable
{
    private const sbyte BFloat16Code = 15; // c10::ScalarType::BFloat16
    private static readonly Lazy<Functions> Libtorch = new(Functions.Resolve);

    private readonly sbyte _device;
    private readonly byte _wasEnabled;
    private readonly sbyte _previousType;

    private Autocast(DeviceType device)
    {
        var f = Libtorch.Value;
        _device = (sbyte)device;
        _wasEnabled = f.IsEnabled(_device);
        _previousType = f.DataType(_device);
        f.SetDataType(_device, BFloat16Code);
        f.SetEnabled(_device, 1);
        f.IncrementNesting();
    }

    /// <summary>Starts bfloat16 autocast on <paramref name="device"/> for the calling thread.</summary>
    /// <exception cref="PlatformNotSupportedException">This libtorch does not export the autocast functions under the expected names.</exception>
    public static Autocast BFloat16(DeviceType device) => new(device);

    /// <summary>Restores what was set before; the outermost one also drops the cast copies of the weights.</summary>
    public void Dispose()
    {
        var f = Libtorch.Value;
        if (f.DecrementNesting() == 0) f.ClearCache();
        f.SetEnabled(_device, _wasEnabled);
        f.SetDataType(_device, _previousType);
    }

    private sealed class Functions
    {
        public required delegate* unmanaged<sbyte, byte> IsEnabled { get; init; }
        public required delegate* unmanaged<sbyte, byte, void> SetEnabled { get; init; }
        public required delegate* unmanaged<sbyte, sbyte> DataType { get; init; }
        public required delegate* unmanaged<sbyte, sbyte, void> SetDataType { get; init; }
        public required delegate* unmanaged<int> IncrementNesting { get; init; }
        public required delegate* unmanaged<int> DecrementNesting { get; init; }
        public required delegate* unmanaged<void> ClearCache { get; init; }

        public static Functions Resolve()
        {
            InitializeDeviceType(DeviceType.CPU); // loads libtorch, so that the name below finds the loaded copy
            if (!NativeLibrary.TryLoad("libtorch_cpu.so", typeof(torch).Assembly, null, out nint library))
                throw Missing("libtorch_cpu.so could not be found");
            return new()
            {
                IsEnabled = (delegate* unmanaged<sbyte, byte>)Export(library, "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE"),
                SetEnabled = (delegate* unmanaged<sbyte, byte, void>)Export(library, "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb"),
                DataType = (delegate* unmanaged<sbyte, sbyte>)Export(library, "_ZN2at8autocast18get_autocast_dtypeEN3c1010DeviceTypeE"),
                SetDataType = (delegate* unmanaged<sbyte, sbyte, void>)Export(library, "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE"),
                IncrementNesting = (delegate* unmanaged<int>)Export(library, "_ZN2at8autocast17increment_nestingEv"),
                DecrementNesting = (delegate* unmanaged<int>)Export(library, "_ZN2at8autocast17decrement_nestingEv"),
                ClearCache = (delegate* unmanaged<void>)Export(library, "_ZN2at8autocast11clear_cacheEv"),
            };
        }

        private static nint Export(nint library, string symbol) => NativeLibrary.TryGetExport(library, symbol, out nint address)
            ? address
            : throw Missing($"this libtorch does not export {symbol}");

        private static PlatformNotSupportedException Missing(string what) =>
            new($"Mixed precision is not available: {what}. Set amp: \"off\" in the recipe to train in float32.");
    }
}
