using System.Collections.Concurrent;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>libnvinfer and libnvonnxparser of one major version, the CUDA runtime, and the table that says where their methods stand.</summary>
internal sealed unsafe class NvLibrary
{
    private const int ParserVersion = 100; // 0.1.0, unchanged since TensorRT 8

    private static readonly ConcurrentDictionary<(string Infer, string Parser, string Cuda, int Number), NvLibrary> Loaded = new();

    private readonly NativeExports _infer, _parser;
    private readonly int _number;
    private readonly NativeLogger _logger;

    private NvLibrary(NativeExports infer, NativeExports parser, CudaRuntime cuda, SlotTable slots, int number)
    {
        (_infer, _parser, Cuda, Slots, _number) = (infer, parser, cuda, slots, number);
        Version = Shown(number);
        _logger = new NativeLogger(slots.Logger, Log);
    }

    /// <summary>E.g. "10.13.3".</summary>
    public string Version { get; }

    public CudaRuntime Cuda { get; }

    public SlotTable Slots { get; }

    public TensorRtLog Log { get; } = new();

    /// <summary>Finds and loads the libraries, once: the same files give the same object. Nothing of TensorRT's is called but its version.</summary>
    /// <param name="folders">Where they lie; where none is given, the system's search path.</param>
    /// <exception cref="EngineException">They are not there, do not load, or are of an unknown version.</exception>
    public static NvLibrary Load(IReadOnlyList<string> folders)
    {
        string place = folders.Count == 0 ? "the system's library path; PERENNIAL_TENSORRT names another folder" : string.Join(" or ", folders);
        NativeExports cuda = NativeExports.Load(["libcudart.so.12", "libcudart.so.13"], folders) ?? NativeExports.Load(["libcudart.so.12", "libcudart.so.13"], [])
            ?? throw new EngineException($"Neither libcudart.so.12 nor libcudart.so.13 is in {place}.");
        NativeExports infer = NativeExports.Load(["libnvinfer.so.11", "libnvinfer.so.10"], folders)
            ?? throw new EngineException($"Neither libnvinfer.so.11 nor libnvinfer.so.10 is in {place}.");
        int number = ((delegate* unmanaged<int>)infer["getInferLibVersion"])();
        SlotTable slots = SlotTable.Of(number / 10000)
            ?? throw new EngineException($"{infer.Name} is TensorRT {Shown(number)}; versions 10 and 11 are known, and the layout of any other is not.");
        string parserName = $"libnvonnxparser.so.{slots.Major}";
        NativeExports parser = NativeExports.Load([parserName], folders)
            ?? throw new EngineException($"{parserName}, which belongs to {infer.Name}, is not in {place}.");
        return Loaded.GetOrAdd((infer.Name, parser.Name, cuda.Name, number), _ => new NvLibrary(infer, parser, new CudaRuntime(cuda), slots, number));
    }

    /// <exception cref="EngineException">TensorRT refuses, mostly because the driver is too old or the GPU too small.</exception>
    public NvRuntime CreateRuntime() => new(Create("createInferRuntime_INTERNAL", "a runtime"), this);

    /// <inheritdoc cref="CreateRuntime"/>
    public NvBuilder CreateBuilder() => new(Create("createInferBuilder_INTERNAL", "a builder"), this);

    /// <exception cref="EngineException">The parser refuses.</exception>
    public NvOnnxParser CreateParser(NvNetwork network)
    {
        long mark = Log.Mark();
        nint parser = ((delegate* unmanaged<nint, nint, int, nint>)_parser["createNvOnnxParser_INTERNAL"])(network.Instance, _logger.Instance, ParserVersion);
        return parser != 0 ? new NvOnnxParser(parser, network, this)
            : throw new EngineException($"TensorRT could not make a parser: {Log.ErrorsSince(mark)}");
    }

    // The library is told its own version, where a C++ program tells that of its headers: the two are the same for a table that fits.
    private nint Create(string function, string what)
    {
        long mark = Log.Mark();
        nint made = ((delegate* unmanaged<nint, int, nint>)_infer[function])(_logger.Instance, _number);
        return made != 0 ? made : throw new EngineException($"TensorRT {Version} could not make {what}: {Log.ErrorsSince(mark)}");
    }

    private static string Shown(int number) => number >= 10000 ? $"{number / 10000}.{number / 100 % 100}.{number % 100}" : $"of version number {number}";
}
