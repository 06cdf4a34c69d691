using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Perennial.Inference.Engines.TensorRt.Interop;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>
/// TensorRT on one GPU of this machine, proven: what it answers to a small network, built, loaded and run through the very calls that engines use, was right.
/// </summary>
/// <remarks>
/// TensorRT has no C interface. Its C++ objects are called through their virtual tables, whose layout is known for versions 10 and 11;
/// the proof is why a library that differs from its headers costs a refusal and not the process' memory.
/// </remarks>
public sealed class TensorRtLibrary
{
    private static readonly ConcurrentDictionary<(NvLibrary Native, int Device), TensorRtLibrary> Proven = new();
    private static readonly Lock Proving = new();

    private TensorRtLibrary(NvLibrary native, CudaDevice device) => (Native, Device) = (native, device);

    /// <summary>E.g. "10.13.3".</summary>
    public string Version => Native.Version;

    /// <summary>E.g. "NVIDIA L4".</summary>
    public string GpuName => Device.Name;

    /// <summary>E.g. "8.9".</summary>
    public string ComputeCapability => Device.ComputeCapability;

    internal NvLibrary Native { get; }

    internal CudaDevice Device { get; }

    /// <summary>Finds TensorRT and proves it, which takes seconds the first time; later calls with the same folder and GPU give the same object at once.</summary>
    /// <param name="options">Folder, GPU and log.</param>
    /// <param name="library">TensorRT, when it is to be had.</param>
    /// <param name="reason">Why not, in a sentence.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static bool TryOpen(TensorRtOptions options, [NotNullWhen(true)] out TensorRtLibrary? library, [NotNullWhen(false)] out string? reason)
    {
        try
        {
            (library, reason) = (Open(options), null);
            return true;
        }
        catch (EngineException exception)
        {
            (library, reason) = (null, $"TensorRT is not available. {exception.Message}");
            return false;
        }
    }

    /// <summary>The same, with the reason as an exception.</summary>
    /// <exception cref="EngineException">It is not to be had.</exception>
    internal static TensorRtLibrary Open(TensorRtOptions options)
    {
        options.Validate();
        NvLibrary native = NvLibrary.Load(options.Folders);
        lock (Proving)
        {
            if (Proven.TryGetValue((native, options.Device), out TensorRtLibrary? known))
                return known.Listening(options.Log);
            TensorRtLibrary library = new TensorRtLibrary(native, native.Cuda.Describe(options.Device)).Listening(options.Log);
            SelfCheck.Run(library);
            return Proven[(native, options.Device)] = library;
        }
    }

    /// <summary>Forgets what was proven, so that the next call proves again.</summary>
    internal static void Forget() => Proven.Clear();

    private TensorRtLibrary Listening(Action<TensorRtSeverity, string>? listener)
    {
        if (listener is not null)
            Native.Log.Listener = listener;
        return this;
    }
}
