using System.Runtime.InteropServices;
using System.Text;

namespace Perennial.Endpoints.OpenInference;

/// <summary>A tensor of the answer: numbers or texts, row-major.</summary>
/// <param name="Name">As in the model's metadata.</param>
/// <param name="Shape">[N, D] of numbers, [N] of texts.</param>
/// <param name="Numbers">FP32.</param>
/// <param name="Texts">BYTES.</param>
internal sealed record OutputTensor(string Name, long[] Shape, float[] Numbers, string[] Texts)
{
    public string Datatype => Texts.Length > 0 ? "BYTES" : "FP32";

    /// <summary>In the protocol's binary form.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        if (Texts.Length == 0) return MemoryMarshal.AsBytes<float>(Numbers);
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        foreach (byte[] text in Texts.Select(Encoding.UTF8.GetBytes))
        {
            writer.Write(text.Length);
            writer.Write(text);
        }
        return bytes.ToArray();
    }
}
