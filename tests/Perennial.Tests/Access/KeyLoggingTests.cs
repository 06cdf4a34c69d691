using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Access;

public sealed class KeyLoggingTests
{
    private const string Good = "Gk7hQ2mV9xT4bN1c", Wrong = "Wp3zR8jL5dY6sF0a";

    [Fact]
    public async Task No_key_and_no_beginning_of_one_is_in_any_log_at_any_level()
    {
        using Recorder recorder = new();
        await using (LiveServer server = await LiveServer.StartAsync(
            [("Perennial:Keys:0:Name", "client"), ("Perennial:Keys:0:Key", Good), ("Perennial:Keys:0:Scopes:0", "infer")], _ => { },
            builder =>
            {
                builder.Logging.AddProvider(recorder);
                builder.Services.PostConfigure<LoggerFilterOptions>(filter =>
                {
                    filter.Rules.Clear();
                    filter.MinLevel = LogLevel.Trace;
                });
            }))
        {
            await server.ServeAsync(new TinyGeneration());
            foreach (string path in new[] { "/embed", "/admin/rollback", "/v1/embeddings", "/v2/models/encoder/infer", "/nowhere" })
            {
                foreach (string key in new[] { Good, Wrong, Wrong + " " + Good, new string('x', 9000) + Good })
                {
                    foreach ((string name, string value) in new[] { ("Authorization", "Bearer " + key), ("Authorization", "Basic " + key), ("X-API-Key", key) })
                    {
                        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(Pictures.Png(1, 2, 3)) };
                        request.Content.Headers.ContentType = new("image/png");
                        request.Headers.TryAddWithoutValidation(name, value);
                        using HttpResponseMessage response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
                        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                        Assert.DoesNotContain(Good[..6], body, StringComparison.Ordinal);
                        Assert.DoesNotContain(Wrong[..6], body, StringComparison.Ordinal);
                    }
                }
            }
        }
        string log = string.Join('\n', recorder.Lines);
        Assert.Contains("Microsoft.AspNetCore", log, StringComparison.Ordinal);
        string[] secrets = [Good[..6], Good[^6..], Wrong[..6], Wrong[^6..], Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Good)))[..16]];
        foreach (string secret in secrets)
            Assert.DoesNotContain(recorder.Lines, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Keeps every line of every category.</summary>
    private sealed class Recorder : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Logger(Recorder recorder, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull
            {
                recorder.Lines.Enqueue($"{category} scope {state}");
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
                => recorder.Lines.Enqueue($"{category} {logLevel} {formatter(state, exception)} {exception}");
        }
    }
}
