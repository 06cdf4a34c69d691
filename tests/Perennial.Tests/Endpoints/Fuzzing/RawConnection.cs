using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>One connection that sends bytes as they are and reads answers as RFC 9112 frames them. A client library would mend what is meant to be broken.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 << 10];
    private int _at;
    private int _end;

    /// <summary>How many answers came over it.</summary>
    public int Answered { get; private set; }

    public static async Task<RawConnection> OpenAsync(int port, CancellationToken cancellationToken)
    {
        RawConnection connection = new();
        await connection._socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return connection;
    }

    /// <returns>The answer; null when the connection ended before the first byte of one.</returns>
    public async Task<RawAnswer?> ExchangeAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        Task sending = SendAsync(request, cancellationToken); // beside the reading: the server may answer before it has read all
        RawAnswer? answer = request.Farewell == Farewell.Reset ? null : await ReadAsync(request.Method == "HEAD", cancellationToken);
        await sending;
        if (answer is not null) Answered++;
        return answer;
    }

    public void Dispose() => _socket.Dispose();

    private async Task SendAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        try
        {
            for (ReadOnlyMemory<byte> left = request.ToWire(); !left.IsEmpty;) left = left[await _socket.SendAsync(left, cancellationToken)..];
            if (request.Farewell == Farewell.HalfClose) _socket.Shutdown(SocketShutdown.Send);
            if (request.Farewell == Farewell.Reset) _socket.LingerState = new LingerOption(true, 0);
            if (request.Farewell == Farewell.Reset) _socket.Close();
        }
        catch (SocketException)
        {
            // The server has closed; whether it answered before is for the reading side to say.
        }
    }

    private async Task<RawAnswer?> ReadAsync(bool head, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await LineAsync(cancellationToken) is not { } line) return null;
            int status = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
            while (await LineAsync(cancellationToken) is { Length: > 0 } header)
            {
                int colon = header.IndexOf(':', StringComparison.Ordinal);
                headers[header[..colon]] = header[(colon + 1)..].Trim();
            }
            if (status < 200) continue; // 100 Continue
            return new RawAnswer(status, headers, head || status is 204 or 304 ? [] : await BodyAsync(headers, cancellationToken));
        }
    }

    private async Task<byte[]> BodyAsync(Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        MemoryStream body = new();
        if (headers.TryGetValue("Content-Length", out string? length))
        {
            await CopyAsync(body, int.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
        }
        else if (!headers.ContainsKey("Transfer-Encoding"))
        {
            while (await FillAsync(cancellationToken)) await CopyAsync(body, _end - _at, cancellationToken);
        }
        else
        {
            for (int size = 1; size > 0;)
            {
                size = int.Parse(await LineAsync(cancellationToken) ?? throw new InvalidDataException("The answer ends within its chunks."), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                await CopyAsync(body, size, cancellationToken);
                await LineAsync(cancellationToken);
            }
        }
        return body.ToArray();
    }

    private async Task CopyAsync(MemoryStream body, int count, CancellationToken cancellationToken)
    {
        for (int take; count > 0; count -= take, _at += take)
        {
            if (!await FillAsync(cancellationToken)) throw new InvalidDataException($"The answer ends {count} bytes too early.");
            take = Math.Min(count, _end - _at);
            body.Write(_buffer, _at, take);
        }
    }

    private async ValueTask<string?> LineAsync(CancellationToken cancellationToken)
    {
        string line = "";
        while (await FillAsync(cancellationToken))
        {
            int length = _buffer.AsSpan(_at.._end).IndexOf((byte)'\n');
            line += Encoding.Latin1.GetString(_buffer, _at, length < 0 ? _end - _at : length);
            _at = length < 0 ? _end : _at + length + 1;
            if (length >= 0) return line.TrimEnd('\r');
        }
        return line.Length == 0 ? null : throw new InvalidDataException($"The answer ends within a line: {line}");
    }

    /// <summary>True while there are bytes to be taken; false once the connection has ended.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_at < _end) return true;
        try
        {
            (_at, _end) = (0, await _socket.ReceiveAsync(_buffer, cancellationToken));
        }
        catch (SocketException)
        {
            (_at, _end) = (0, 0); // reset: the server had closed while more was being sent
        }
        return _end > 0;
    }
}
