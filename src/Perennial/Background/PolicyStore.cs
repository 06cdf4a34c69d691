using System.Text.Json;
using Dapper;
using Perennial.Core.Corpus;

namespace Perennial.Background;

/// <summary>The policy in force: the one row of the table <c>policy</c>, or the defaults before it was first put.</summary>
internal sealed class PolicyStore(Catalogue catalogue, TimeProvider time)
{
    private Policy? _current;

    public Policy Current => Volatile.Read(ref _current) ?? Load();

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
    }

    private Policy Load()
    {
        using var connection = catalogue.Connect();
        string? document = connection.QuerySingleOrDefault<string>("SELECT document FROM policy");
        Policy policy = document is null ? new Policy() : JsonSerializer.Deserialize<Policy>(document, RunJson.Options)!;
        Volatile.Write(ref _current, policy);
        return policy;
    }
}
