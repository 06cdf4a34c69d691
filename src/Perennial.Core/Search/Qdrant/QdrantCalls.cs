namespace Perennial.Core.Search.Qdrant;

/// <summary>The calls that concern whole collections.</summary>
internal static class QdrantCalls
{
    /// <summary>Vectors have unit length already, so that the dot product is the cosine, and what was stored comes back as it was: Qdrant would rescale vectors of the distance "Cosine".</summary>
    private const string Distance = "Dot";

    private const string Keyword = "keyword";

    private static readonly string[] IndexedFields = ["id", "label", "facets"];

    public static async Task<string[]> ListAsync(this QdrantClient client, CancellationToken cancellationToken)
    {
        Answer<CollectionList> answer = await client.GetAsync<Answer<CollectionList>>("collections", cancellationToken).ConfigureAwait(false);
        return [.. ResultOf(client, answer).Collections.Select(collection => collection.Name).Order(StringComparer.Ordinal)];
    }

    public static Task CreateAsync(this QdrantClient client, string name, int dimensions, CancellationToken cancellationToken) =>
        client.SendAsync<CreateCollection, Answer<bool?>>(HttpMethod.Put, $"collections/{name}",
            new CreateCollection(new VectorParams(dimensions, Distance), new ScalarQuantization(new ScalarQuantizationConfig("int8", 0.99f))), cancellationToken);

    /// <summary>Checks that vectors of this length can be stored, and adds the payload indexes that a crash after the creation left out.</summary>
    /// <exception cref="DimensionMismatchException">Another length.</exception>
    /// <exception cref="CorruptCollectionException">Vectors of another kind.</exception>
    public static async Task PrepareAsync(this QdrantClient client, string name, int dimensions, CancellationToken cancellationToken)
    {
        CollectionInfo info = ResultOf(client, await client.GetAsync<Answer<CollectionInfo>>($"collections/{name}", cancellationToken).ConfigureAwait(false));
        System.Text.Json.JsonElement vectors = info.Config.Params.Vectors;
        if (vectors.ValueKind != System.Text.Json.JsonValueKind.Object || !vectors.TryGetProperty("size", out System.Text.Json.JsonElement size) || !size.TryGetInt32(out int stored)
            || !vectors.TryGetProperty("distance", out System.Text.Json.JsonElement distance) || distance.GetString() != Distance)
            throw new CorruptCollectionException($"The collection {name} in Qdrant has not one unnamed vector with the distance {Distance}.");
        if (stored != dimensions)
            throw new DimensionMismatchException($"The collection {name} in Qdrant has {stored} dimensions; {dimensions} were asked for.", stored, dimensions);
        foreach (string field in IndexedFields.Where(field => !info.PayloadSchema.ContainsKey(field)))
            await client.SendAsync<CreateFieldIndex, Answer<UpdateResult>>(HttpMethod.Put, $"collections/{name}/index?wait=true", new CreateFieldIndex(field, Keyword), cancellationToken).ConfigureAwait(false);
    }

    public static Task DropAsync(this QdrantClient client, string name, CancellationToken cancellationToken) =>
        client.DeleteAsync<Answer<bool?>>($"collections/{name}", cancellationToken);

    /// <summary>Lets the alias name this collection from now on, in one step.</summary>
    public static async Task PointAsync(this QdrantClient client, string alias, string name, CancellationToken cancellationToken)
    {
        AliasList aliases = ResultOf(client, await client.GetAsync<Answer<AliasList>>("aliases", cancellationToken).ConfigureAwait(false));
        AliasDescription? before = aliases.Aliases.FirstOrDefault(known => known.AliasName == alias);
        if (before?.CollectionName == name) return;
        AliasAction create = new(null, new AliasDescription(alias, name));
        AliasAction[] actions = before is null ? [create] : [new AliasAction(new DeleteAlias(alias), null), create];
        await client.SendAsync<ChangeAliases, Answer<bool?>>(HttpMethod.Post, "collections/aliases", new ChangeAliases(actions), cancellationToken).ConfigureAwait(false);
    }

    public static T ResultOf<T>(QdrantClient client, Answer<T> answer) where T : class => answer.Result ?? throw client.Unreadable("The answer has no result.");

    /// <summary>Refuses to take for done what Qdrant has only put in its queue.</summary>
    public static void Completed(IEnumerable<UpdateResult> results)
    {
        if (results.FirstOrDefault(result => result.Status != "completed") is { } open)
            throw new VectorIndexUnavailableException("The vector index has not finished a change yet; try again later.", $"Qdrant answered '{open.Status}' to a change that was to be waited for.");
    }
}
