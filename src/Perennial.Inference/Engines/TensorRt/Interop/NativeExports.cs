using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>A native library by its file, loaded once and for the life of the process: NVIDIA's libraries leave threads and exit handlers behind.</summary>
internal sealed class NativeExports
{
    private readonly nint _handle;

    private NativeExports(nint handle, string name) => (_handle, Name) = (handle, name);

    /// <summary>Path, or the plain name where the system's search path had it.</summary>
    public string Name { get; }

    /// <summary>Address of a function.</summary>
    /// <exception cref="EngineException">The library lacks it.</exception>
    public nint this[string function] => Find(function) is var address and not 0 ? address
        : throw new EngineException($"{Name} has no function {function}; it is not the library that its name promises.");

    /// <summary>Address of a function, or 0.</summary>
    public nint Find(string function) => NativeLibrary.TryGetExport(_handle, function, out nint address) ? address : 0;

    /// <summary>Loads the first of some files that is there.</summary>
    /// <param name="names">File names, the preferred one first.</param>
    /// <param name="folders">Where to look; where none is given, the system's search path.</param>
    /// <returns>Null when none is there.</returns>
    /// <exception cref="EngineException">One is there and does not load.</exception>
    public static NativeExports? Load(ReadOnlySpan<string> names, IReadOnlyList<string> folders)
    {
        foreach (string name in names)
        {
            if (folders.Count == 0 && NativeLibrary.TryLoad(name, out nint handle))
                return new NativeExports(handle, name);
            foreach (string folder in folders)
            {
                string path = Path.Combine(folder, name);
                if (File.Exists(path))
                    return new NativeExports(Open(path), path);
            }
        }
        return null;
    }

    private static nint Open(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new EngineException($"{path} does not load: {exception.Message}", exception);
        }
    }
}
