using Perennial.Learning.Networks;
using TorchSharp;

namespace Perennial.Learning.Methods;

/// <summary>The number format of the networks' arithmetic while training.</summary>
/// <param name="bfloat16">bf16 by autocast, or float32.</param>
/// <param name="device">Where the training runs.</param>
public sealed class Precision(bool bfloat16, DeviceType device)
{
    /// <summary>Starts it for the calling thread; dispose to end it. Null in float32.</summary>
    public IDisposable? Begin() => bfloat16 ? Autocast.BFloat16(device) : null;
}
