using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Perennial.Tests.Telemetry;

/// <summary>A collector on the loopback that takes spans by OTLP over HTTP and reads them field by field.</summary>
/// <remarks>Source of the field numbers: opentelemetry-proto, trace/v1/trace.proto and common/v1/common.proto.</remarks>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Span> Spans { get; } = [];

    /// <summary>All bytes that came, as text: for what must not be among them.</summary>
    public StringBuilder Raw { get; } = new();

    public string Url => _app.Urls.Single();

    public static async Task<OtlpReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        OtlpReceiver receiver = new(app);
        app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using MemoryStream body = new();
            await request.Body.CopyToAsync(body);
            receiver.Take(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Take(byte[] body)
    {
        lock (Raw) Raw.Append(Encoding.Latin1.GetString(body));
        foreach (byte[] span in In(body, 1).SelectMany(resource => In(resource, 2)).SelectMany(scope => In(scope, 2)))
        {
            Dictionary<string, string> attributes = In(span, 9).ToDictionary(pair => Text(pair, 1), pair => ValueOf(In(pair, 2).Single()));
            Spans.Enqueue(new Span(Text(span, 5), Hex(span, 1), Hex(span, 2), Hex(span, 4), Number(span, 7), Number(span, 8), attributes));
        }
    }

    private static IEnumerable<byte[]> In(byte[] message, int field) => Fields(message).Where(found => found.Field == field && found.Bytes is not null).Select(found => found.Bytes!);

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(In(message, field).FirstOrDefault() ?? []);

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(In(message, field).FirstOrDefault() ?? []);

    private static ulong Number(byte[] message, int field) => Fields(message).First(found => found.Field == field).Number;

    private static string ValueOf(byte[] any) => Fields(any).Single() is { Bytes: { } text } ? Encoding.UTF8.GetString(text) : $"{Fields(any).Single().Number}";

    private static List<(int Field, byte[]? Bytes, ulong Number)> Fields(byte[] message)
    {
        List<(int, byte[]?, ulong)> fields = [];
        CodedInputStream input = new(message);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            int field = (int)(tag >> 3);
            fields.Add((tag & 7) switch
            {
                0 => (field, null, input.ReadUInt64()),
                1 => (field, null, input.ReadFixed64()),
                2 => (field, input.ReadBytes().ToByteArray(), 0),
                _ => (field, null, input.ReadFixed32()),
            });
        }
        return fields;
    }

    /// <summary>A span as it arrived; times in nanoseconds since 1970.</summary>
    internal sealed record Span(string Name, string TraceId, string Id, string Parent, ulong Started, ulong Ended, IReadOnlyDictionary<string, string> Attributes);
}
