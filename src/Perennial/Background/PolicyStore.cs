using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Perennial.Core.Corpus;

namespace Perennial.Background;

/// <summary>The policy in force: the one row of the table <c>policy</c>, or the defaults before it was first put.</summary>
internal sealed class PolicyStore(Catalogue catalogue, TimeProvider time)
{
    /// <summary>A document of an earlier version may have members that are gone: they are passed over.</summary>
    private static readonly JsonSerializerOptions Stored = new(RunJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private Policy? _current;

    /// <summary>Raised after another policy is in force.</summary>
    public event Action? Changed;

    public Policy Current => Volatile.Read(ref _current) ?? Load();

    /// <summary>When the policy was last put; null before.</summary>
    public DateTimeOffset? ChangedAt
    {
        get
        {
            using var connection = catalogue.Connect();
            return connection.QuerySingleOrDefault<long?>("SELECT updated_at FROM policy") is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
        }
    }

    /// <summary>Puts a valid policy into force; durable on return.</summary>
    public void Put(Policy policy)
    {
        using var connection = catalogue.Connect();
        connection.Execute(
            """
            INSERT INTO policy (one, document, updated_at) VALUES (1, @document, @now)
            ON CONFLICT (one) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at
            """,
            new { document = JsonSerializer.Serialize(policy, RunJson.Options), now = time.GetUtcNow().ToUnixTimeMilliseconds() });
        Volatile.Write(ref _current, policy);
        Changed?.Invoke();
    }

    private Policy Load()
    {
        using var connection = catalogue.Connect();
        string? document = connection.QuerySingleOrDefault<string>("SELECT document FROM policy");
        Policy policy = document is null ? new Policy() : JsonSerializer.Deserialize<Policy>(document, Stored)!;
        Volatile.Write(ref _current, policy);
        return policy;
    }
}
