using System.Globalization;
using System.Text;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>One request, down to its bytes: whatever a client could send, and much that none should.</summary>
internal sealed class FuzzRequest(string method, string target)
{
    public string Method { get; set; } = method;

    /// <summary>As on the request line; each character is sent as one byte.</summary>
    public string Target { get; set; } = target;

    public string Version { get; set; } = "HTTP/1.1";

    /// <summary>All but those that frame the body; each character is sent as one byte.</summary>
    public List<(string Name, string Value)> Headers { get; init; } = [];

    public byte[] Body { get; set; } = [];

    public Framing Framing { get; set; } = Framing.Length;

    public Farewell Farewell { get; set; }

    /// <summary>Of the bytes on the wire only so many are sent; null: all.</summary>
    public int? Cut { get; set; }

    /// <summary>Whether this is valid HTTP, whatever its content: then there must be an answer with a body that says what is wrong.</summary>
    public bool IsWholeHttp { get; set; } = true;

    public string ContentType
    {
        get => Headers.FirstOrDefault(header => header.Name == "Content-Type").Value ?? "";
        set => Set("Content-Type", value);
    }

    public FuzzRequest Copy() => new(Method, Target) { Version = Version, Headers = [.. Headers], Body = Body, Framing = Framing };

    public void Set(string name, string value)
    {
        Headers.RemoveAll(header => header.Name == name);
        Headers.Add((name, value));
    }

    public byte[] ToWire()
    {
        StringBuilder head = new($"{Method} {Target} {Version}\r\n");
        foreach ((string name, string value) in Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        foreach (string line in FramingLines()) head.Append(line).Append("\r\n");
        byte[] wire = [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. IsChunked ? Chunks() : Body];
        return Cut is { } cut ? wire[..Math.Min(cut, wire.Length)] : wire;
    }

    public override string ToString()
    {
        byte[] wire = ToWire();
        string text = string.Concat(wire.Take(1500).Select(value => value is (byte)'\n' or (>= 32 and < 127) ? ((char)value).ToString() : value == '\r' ? "" : $"\\x{value:X2}"));
        return $"{wire.Length} bytes, {Framing}, {Farewell}:\n{text}";
    }

    private bool IsChunked => Framing is Framing.Chunked or Framing.BrokenChunks or Framing.EndlessChunks or Framing.ChunkedAndLength;

    private string[] FramingLines() => Framing switch
    {
        Framing.Length => Body.Length == 0 && Method is "GET" or "DELETE" or "HEAD" ? [] : [$"Content-Length: {Body.Length}"],
        Framing.TooLong => [$"Content-Length: {Body.Length + 5000}"],
        Framing.TooShort => [$"Content-Length: {Body.Length / 2}"],
        Framing.Huge => ["Content-Length: 9000000000"],
        Framing.NoNumber => ["Content-Length: -5"],
        Framing.TwoLengths => [$"Content-Length: {Body.Length}", $"Content-Length: {Body.Length + 1}"],
        Framing.ChunkedAndLength => ["Transfer-Encoding: chunked", $"Content-Length: {Body.Length}"],
        Framing.UnknownCoding => ["Transfer-Encoding: gzip"],
        Framing.None => [],
        _ => ["Transfer-Encoding: chunked"],
    };

    private byte[] Chunks()
    {
        List<byte> chunks = [];
        int size = Math.Max(1, (Body.Length / 3) + 1);
        foreach (byte[] part in Body.Chunk(size))
        {
            string length = Framing == Framing.BrokenChunks ? "zz" : part.Length.ToString("X", CultureInfo.InvariantCulture);
            chunks.AddRange([.. Encoding.ASCII.GetBytes(length + "\r\n"), .. part, .. "\r\n"u8]);
        }
        if (Framing != Framing.EndlessChunks) chunks.AddRange("0\r\n\r\n"u8);
        return [.. chunks];
    }
}
