using System.Text;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>An answer as it came.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">The last of each name.</param>
/// <param name="Body">Without its framing.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Whether the server said that it closes the connection.</summary>
    public bool Closes => Headers.TryGetValue("Connection", out string? value) && value.Equals("close", StringComparison.OrdinalIgnoreCase);

    public string? ContentType => Headers.GetValueOrDefault("Content-Type");

    public override string ToString() =>
        $"{Status}\n{string.Join('\n', Headers.Select(header => $"{header.Key}: {header.Value}"))}\n\n{Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 1000)))}";
}
