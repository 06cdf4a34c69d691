using System.Runtime.InteropServices;

namespace Perennial.Inference.Tests.Engines.TensorRt;

/// <summary>The stand-in libraries of one major version: what they saw, and the switches that make them fail or lie (see standin/standin.h).</summary>
internal sealed unsafe class StandIn
{
    private readonly nint _shared;

    /// <param name="major">10 or 11.</param>
    /// <param name="folder">Where the three libraries lie.</param>
    public StandIn(int major, string folder)
    {
        (Major, Folder) = (major, folder);
        _shared = NativeLibrary.Load(Path.Combine(folder, Cuda(major)));
    }

    public int Major { get; }

    public string Folder { get; }

    /// <summary>What was wrong, a line each; empty when nothing was.</summary>
    public string Violations => Text("violations");

    /// <summary>Kinds of objects in the order of their destruction.</summary>
    public string Destroyed => Text("destroyed");

    /// <summary>Kinds of the objects that live.</summary>
    public string Living => Text("living").Trim();

    public static string Cuda(int major) => $"libcudart.so.{(major == 10 ? 12 : 13)}";

    public long this[string key]
    {
        get
        {
            fixed (byte* name = Terminated(key))
                return ((delegate* unmanaged<byte*, long>)Export("standin_get"))(name);
        }
        set
        {
            fixed (byte* name = Terminated(key))
                ((delegate* unmanaged<byte*, long, void>)Export("standin_set"))(name, value);
        }
    }

    /// <summary>Times that a call was made since the last reset.</summary>
    public long Calls(string call) => this["calls." + call];

    public void Reset() => ((delegate* unmanaged<void>)Export("standin_reset"))();

    private string Text(string key)
    {
        fixed (byte* name = Terminated(key))
            return Marshal.PtrToStringUTF8(((delegate* unmanaged<byte*, nint>)Export("standin_text"))(name))!;
    }

    private nint Export(string name) => NativeLibrary.GetExport(_shared, name);

    private static byte[] Terminated(string text) => System.Text.Encoding.UTF8.GetBytes(text + '\0');
}
