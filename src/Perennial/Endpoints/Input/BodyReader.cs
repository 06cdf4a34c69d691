using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Perennial.Hosting;

namespace Perennial.Endpoints.Input;

/// <summary>Receives the body of one request into pooled memory, within the limits, and gives the memory back when the request is over.</summary>
internal sealed class BodyReader : IDisposable
{
    private const int Step = 1 << 16;
    private const int Allowance = 1 << 20;

    private readonly ByteBudget _budget;
    private readonly int _limit;
    private readonly List<byte[]> _rented = [];
    private long _granted;
    private long _received;

    private BodyReader(ByteBudget budget, int limit, long? announced)
    {
        (_budget, _limit) = (budget, limit);
        Grant(announced ?? Math.Min(Allowance, limit));
    }

    /// <summary>Starts to receive the body of this request: asks for room for the length that it announces.</summary>
    /// <exception cref="ProblemException">413, 415 (a compressed body) or 429.</exception>
    public static BodyReader Begin(HttpContext context, ByteBudget budget, LimitOptions limits)
    {
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } encoding && !encoding.All(value => value is "identity"))
            throw ProblemException.UnsupportedMediaType("Compressed bodies are not accepted; leave Content-Encoding out.");
        if (context.Request.ContentLength > limits.MaxRequestBytes)
        {
            // The server then reads on for a few seconds and throws away, so that the caller gets to see the answer.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
            throw TooLarge();
        }
        BodyReader reader = new(budget, limits.MaxRequestBytes, context.Request.ContentLength);
        context.Response.RegisterForDispose(reader);
        return reader;
    }

    /// <summary>Reads a stream to its end: the whole body, or a part of it.</summary>
    /// <param name="stream">The body, or a section of a multipart body.</param>
    /// <param name="longest">Most bytes that are kept; of a longer stream one byte more is returned and the rest is passed over.</param>
    /// <param name="cancellationToken">The request was aborted.</param>
    /// <returns>The bytes, good until the request is over.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Stream stream, long longest, CancellationToken cancellationToken)
    {
        byte[] buffer = Rent(Step);
        int length = 0;
        while (true)
        {
            if (length == buffer.Length) buffer = Grow(buffer);
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0) return buffer.AsMemory(0, length);
            _received += read;
            if (_received > _limit) throw TooLarge();
            if (length <= longest) length = (int)Math.Min(length + read, longest + 1);
            if (_received > _granted) Grant(Allowance);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (byte[] buffer in _rented) ArrayPool<byte>.Shared.Return(buffer);
        _rented.Clear();
        _budget.Give(_granted);
        _granted = 0;
    }

    private static ProblemException TooLarge() => ProblemException.PayloadTooLarge("The body is larger than this server accepts (Perennial:Limits:MaxRequestBytes).");

    private void Grant(long bytes)
    {
        _budget.Take(bytes);
        _granted += bytes;
    }

    private byte[] Rent(int length)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        _rented.Add(buffer);
        return buffer;
    }

    private byte[] Grow(byte[] full)
    {
        byte[] larger = Rent((int)Math.Min(2L * full.Length, Array.MaxLength));
        full.CopyTo(larger, 0);
        _rented.Remove(full);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }
}
