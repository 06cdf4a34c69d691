using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>nvonnxparser::IParser: fills a network from the bytes of an ONNX file. Has no implementation beside it; its own table is called.</summary>
internal sealed unsafe class NvOnnxParser(nint instance, NvNetwork network, NvLibrary library)
    : NvObject(instance, [network], library.Slots.Parser.DeletingDestructor)
{
    private const int MostErrors = 4;

    private ParserSlots Slots => library.Slots.Parser;

    /// <param name="onnx">A whole ONNX file; weights in other files are refused, as it is parsed without a path.</param>
    /// <exception cref="EngineException">The bytes are not ONNX, or TensorRT lacks an operator; with the parser's own list of errors.</exception>
    public void Parse(ReadOnlySpan<byte> onnx)
    {
        void* self = (void*)handle;
        long mark = library.Log.Mark();
        byte parsed;
        fixed (byte* bytes = onnx)
            parsed = ((delegate* unmanaged[MemberFunction]<void*, byte*, nuint, byte*, byte>)Method(self, Slots.Parse))(self, bytes, (nuint)onnx.Length, null);
        if (parsed != 0)
            return;
        int count = ((delegate* unmanaged[MemberFunction]<void*, int>)Method(self, Slots.GetNbErrors))(self);
        string[] errors = [.. Enumerable.Range(0, Math.Clamp(count, 0, MostErrors)).Select(Error).OfType<string>()];
        throw new EngineException($"TensorRT cannot read the ONNX file: {(errors.Length > 0 ? string.Join("; ", errors) + '.' : library.Log.ErrorsSince(mark))}");
    }

    private string? Error(int index)
    {
        void* self = (void*)handle;
        void* error = ((delegate* unmanaged[MemberFunction]<void*, int, void*>)Method(self, Slots.GetError))(self, index);
        if (error == null)
            return null;
        string? text = Marshal.PtrToStringUTF8(((delegate* unmanaged[MemberFunction]<void*, nint>)Method(error, Slots.ErrorDescription))(error));
        int node = ((delegate* unmanaged[MemberFunction]<void*, int>)Method(error, Slots.ErrorNode))(error);
        return node < 0 ? text : $"node {node}: {text}";
    }
}
