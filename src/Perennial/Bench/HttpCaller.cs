using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Perennial.Bench;

/// <summary>
/// One connection of HTTP/1.1 that posts ready-made requests: a send and a receive a call, so that it takes next to nothing of the processor that it shares
/// with the server that it measures.
/// </summary>
internal sealed class HttpCaller : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[1 << 17];

    public HttpCaller(IPEndPoint server) => _socket.Connect(server);

    /// <summary>The bytes of a POST of one JPEG.</summary>
    public static byte[] Request(string path, IPEndPoint server, byte[] picture) =>
        [.. Encoding.ASCII.GetBytes(FormattableString.Invariant($"POST {path} HTTP/1.1\r\nHost: {server}\r\nContent-Type: image/jpeg\r\nContent-Length: {picture.Length}\r\n\r\n")), .. picture];

    /// <summary>Sends a request and receives the answer whole.</summary>
    /// <returns>Its status.</returns>
    /// <exception cref="IOException">The server closed the connection, or its answer is not HTTP/1.1 with a length or in chunks.</exception>
    public int Call(byte[] request)
    {
        for (int sent = 0; sent < request.Length;) sent += _socket.Send(request.AsSpan(sent));
        int length = 0, body = -1;
        long? left = null;
        while (true)
        {
            int read = _socket.Receive(_buffer.AsSpan(length));
            if (read == 0) throw new IOException("The server closed the connection.");
            length += read;
            if (body < 0)
            {
                int end = _buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
                if (end < 0) continue;
                body = end + 4;
                left = ContentLength(Encoding.ASCII.GetString(_buffer, 0, end));
            }
            if (left is { } announced ? length - body >= announced : _buffer.AsSpan(body, length - body).EndsWith("0\r\n\r\n"u8))
                return int.Parse(_buffer.AsSpan(9, 3), CultureInfo.InvariantCulture);
            if (length == _buffer.Length) throw new IOException("The answer is longer than this client takes.");
        }
    }

    public void Dispose() => _socket.Dispose();

    private static long? ContentLength(string head)
    {
        foreach (string line in head.Split("\r\n"))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) return long.Parse(line.AsSpan(15).Trim(), CultureInfo.InvariantCulture);
        }
        return null;
    }
}
