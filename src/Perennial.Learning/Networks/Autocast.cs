using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Networks;

/// <summary>
/// Automatic mixed precision for as long as it lives: convolutions and matrix products run in bfloat16 or float16, the rest as it needs.
/// Holds for the calling thread. TorchSharp does not expose it (dotnet/TorchSharp#899), but libtorch_cpu exports the C++ functions,
/// whose arguments are plain bytes; they are resolved once, by their mangled names.
/// </summary>
internal sealed unsafe class Autocast : IDisposable
{
    private static readonly Lazy<Functions> Known = new(Functions.Resolve);

    private readonly sbyte _device;
    private readonly byte _wasEnabled;
    private readonly sbyte _previousType;

    /// <summary>Starts it for the calling thread.</summary>
    /// <param name="device">The device whose arithmetic it concerns.</param>
    /// <param name="type">bfloat16 or float16.</param>
    /// <exception cref="DeviceException">This libtorch does not export the autocast functions under the expected names.</exception>
    public Autocast(DeviceType device, ScalarType type)
    {
        var f = Known.Value;
        _device = (sbyte)device;
        _wasEnabled = f.IsEnabled(_device);
        _previousType = f.DataType(_device);
        f.SetDataType(_device, (sbyte)type);
        f.SetEnabled(_device, 1);
        f.IncrementNesting();
    }

    /// <summary>Restores what was set before; the outermost one also drops the cast copies of the weights.</summary>
    public void Dispose()
    {
        var f = Known.Value;
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

        public static Functions Resolve() => new()
        {
            IsEnabled = (delegate* unmanaged<sbyte, byte>)Libtorch.Export("_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE"),
            SetEnabled = (delegate* unmanaged<sbyte, byte, void>)Libtorch.Export("_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb"),
            DataType = (delegate* unmanaged<sbyte, sbyte>)Libtorch.Export("_ZN2at8autocast18get_autocast_dtypeEN3c1010DeviceTypeE"),
            SetDataType = (delegate* unmanaged<sbyte, sbyte, void>)Libtorch.Export("_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE"),
            IncrementNesting = (delegate* unmanaged<int>)Libtorch.Export("_ZN2at8autocast17increment_nestingEv"),
            DecrementNesting = (delegate* unmanaged<int>)Libtorch.Export("_ZN2at8autocast17decrement_nestingEv"),
            ClearCache = (delegate* unmanaged<void>)Libtorch.Export("_ZN2at8autocast11clear_cacheEv"),
        };
    }
}
