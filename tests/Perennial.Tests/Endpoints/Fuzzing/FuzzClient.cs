using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Sends generated requests, one after another over a connection for as long as it holds, and judges the answers.</summary>
internal sealed partial class FuzzClient(int port, RequestGenerator generator) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // an answer that takes so long is none

    private RawConnection? _connection;

    /// <summary>What was wrong, with the request and the answer.</summary>
    public static string Describe(int number, FuzzRequest request, RawAnswer? answer, string fault) => $"Request {number}: {fault}\n--- {request}\n--- {answer?.ToString() ?? "no answer"}";

    /// <summary>Sends request <paramref name="number"/>.</summary>
    /// <param name="number">Of the generator.</param>
    /// <param name="seen">Told the status and, of a refusal, its code.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is wrong with what came back, or null.</returns>
    public async Task<string?> SendAsync(int number, ConcurrentDictionary<string, int> seen, CancellationToken cancellationToken)
    {
        FuzzRequest request = generator.Next(number);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        RawAnswer? answer = null;
        try
        {
            bool used = _connection is not null;
            answer = await ExchangeAsync(request, patience.Token);
            if (answer is null && used && request.Farewell == Farewell.None) answer = await ExchangeAsync(request, patience.Token); // the server had closed after the answer before
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Describe(number, request, null, "There is no answer in time.");
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException)
        {
            return request.IsWholeHttp ? Describe(number, request, null, exception.Message) : null; // the server may close in the midst of what it refuses
        }
        string kind = answer is null ? "none" : $"{answer.Status} {CodePattern().Match(System.Text.Encoding.UTF8.GetString(answer.Body)).Groups[1].Value}".TrimEnd();
        seen.AddOrUpdate(answer?.Status < 300 ? $"{answer.Status}" : kind, 1, (_, count) => count + 1);
        if (answer is null) return request.Farewell == Farewell.None ? Describe(number, request, null, "The connection was closed without an answer.") : null;
        return AnswerRules.Fault(request, answer) is { } fault ? Describe(number, request, answer, fault) : null;
    }

    public void Dispose() => _connection?.Dispose();

    private async Task<RawAnswer?> ExchangeAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        _connection ??= await RawConnection.OpenAsync(port, cancellationToken);
        RawAnswer? answer = await _connection.ExchangeAsync(request, cancellationToken);
        if (answer is { Closes: false } && request is { IsWholeHttp: true, Farewell: Farewell.None }) return answer;
        _connection.Dispose();
        _connection = null;
        return answer;
    }

    [GeneratedRegex("\"code\":\"([a-z_]+)\"")]
    private static partial Regex CodePattern();
}
