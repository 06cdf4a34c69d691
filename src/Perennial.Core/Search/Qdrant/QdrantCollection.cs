using System.Text.Json;
using static Perennial.Core.Search.Qdrant.QdrantCalls;

namespace Perennial.Core.Search.Qdrant;

/// <summary>
/// One caller's grip on a collection in Qdrant. Every change is waited for. More points than <see cref="QdrantSettings.BatchPoints"/> are sent in several requests,
/// each of which is stored whole or not at all; repeating a change does no harm.
/// </summary>
internal sealed class QdrantCollection(QdrantClient client, RemoteCollection remote, QdrantSettings settings) : IVectorCollection
{
    /// <summary>More hits than this are asked for only where there are as many points: Qdrant makes room for all that it is asked for.</summary>
    private const int ManyHits = 1000;

    /// <summary>Candidates that the quantised vectors choose for each hit, to be scored by the vectors themselves.</summary>
    private const double Oversampling = 2;

    private static readonly string[] IdOnly = ["id"];
    private static readonly string[] IdLabelMetadata = ["id", "label", "metadata", "metadata_text"];

    private bool _disposed;

    public string Digest => remote.Digest;

    public int Dimensions => remote.Dimensions;

    public Task<string> IdentifyAsync(CancellationToken cancellationToken) => CallAsync(Task.FromResult, cancellationToken);

    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        Answer<CountResult> answer = await CallAsync(name =>
            client.SendAsync<CountRequest, Answer<CountResult>>(HttpMethod.Post, $"collections/{name}/points/count", new CountRequest(Exact: true), cancellationToken), cancellationToken).ConfigureAwait(false);
        return ResultOf(client, answer).Count;
    }

    public async Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        HashSet<string> asked = new(ids, StringComparer.Ordinal);
        HashSet<string> existing = new(StringComparer.Ordinal);
        foreach (string[] some in asked.Chunk(settings.BatchPoints))
            existing.UnionWith((await PointsAsync(some, withVector: false, cancellationToken).ConfigureAwait(false)).Select(point => point.Payload?.Id).OfType<string>().Where(asked.Contains));
        return existing;
    }

    public async Task UpsertAsync(IReadOnlyList<VectorPoint> points, CancellationToken cancellationToken)
    {
        Dictionary<string, PointStruct> last = new(StringComparer.Ordinal);
        foreach (VectorPoint point in points)
        {
            CollectionHandle.CheckId(point.Id);
            UnitVector.Check(point.Vector.Span, Dimensions, $"The vector of '{point.Id}'");
            last[point.Id] = new PointStruct(PointUuid.Of(point.Id), point.Vector, PointPayload.Of(point.Id, point.Label, point.Metadata));
        }
        foreach (PointStruct[] some in last.Values.Chunk(settings.BatchPoints))
            await ChangeAsync(HttpMethod.Put, "points?wait=true", new PointsList(some), cancellationToken).ConfigureAwait(false);
    }

    public async Task SetPayloadAsync(IReadOnlyList<VectorPayload> payloads, CancellationToken cancellationToken)
    {
        foreach (VectorPayload[] some in payloads.Chunk(settings.BatchPoints))
        {
            UpdateOperations operations = new([.. some.Select(payload => new OverwritePayload(new SetPayload(PointPayload.Of(payload.Id, payload.Label, payload.Metadata), These(payload.Id))))]);
            Answer<UpdateResult[]> answer = await CallAsync(name =>
                client.SendAsync<UpdateOperations, Answer<UpdateResult[]>>(HttpMethod.Post, $"collections/{name}/points/batch?wait=true", operations, cancellationToken), cancellationToken).ConfigureAwait(false);
            Completed(ResultOf(client, answer));
        }
    }

    public async Task DeleteAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        foreach (string[] some in ids.Distinct(StringComparer.Ordinal).Chunk(settings.BatchPoints))
            await ChangeAsync(HttpMethod.Post, "points/delete?wait=true", new FilterSelector(These(some)), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<SearchHit>> SearchAsync(ReadOnlyMemory<float> query, int k, SearchFilter? filter, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        UnitVector.Check(query.Span, Dimensions, "The query");
        int limit = k <= ManyHits ? k : (int)Math.Clamp(await CountAsync(cancellationToken).ConfigureAwait(false), 1, k);
        QueryRequest request = new(query, limit, IdLabelMetadata, new SearchParams(new QuantizationSearchParams(Rescore: true, Oversampling)), FilterOf(filter));
        Answer<QueryResponse> answer = await CallAsync(name =>
            client.SendAsync<QueryRequest, Answer<QueryResponse>>(HttpMethod.Post, $"collections/{name}/points/query", request, cancellationToken), cancellationToken).ConfigureAwait(false);
        return [.. ResultOf(client, answer).Points.Select(Hit).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id, StringComparer.Ordinal)];
    }

    public async Task<float[]?> FindVectorAsync(string id, CancellationToken cancellationToken)
    {
        StoredPoint? point = (await PointsAsync([id], withVector: true, cancellationToken).ConfigureAwait(false)).FirstOrDefault(point => point.Payload?.Id == id);
        if (point is null) return null;
        return point.Vector is { ValueKind: JsonValueKind.Array } vector && vector.GetArrayLength() == Dimensions && vector.EnumerateArray().All(value => value.ValueKind == JsonValueKind.Number)
            ? [.. vector.EnumerateArray().Select(value => value.GetSingle())]
            : throw client.Unreadable($"The point of {id} came without its vector.");
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private async Task<StoredPoint[]> PointsAsync(string[] ids, bool withVector, CancellationToken cancellationToken)
    {
        PointRequest request = new([.. ids.Select(PointUuid.Of)], IdOnly, withVector);
        return ResultOf(client, await CallAsync(name =>
            client.SendAsync<PointRequest, Answer<StoredPoint[]>>(HttpMethod.Post, $"collections/{name}/points", request, cancellationToken), cancellationToken).ConfigureAwait(false));
    }

    private async Task ChangeAsync<TBody>(HttpMethod method, string path, TBody body, CancellationToken cancellationToken)
    {
        Answer<UpdateResult> answer = await CallAsync(name => client.SendAsync<TBody, Answer<UpdateResult>>(method, $"collections/{name}/{path}", body, cancellationToken), cancellationToken).ConfigureAwait(false);
        Completed([ResultOf(client, answer)]);
    }

    private Task<T> CallAsync<T>(Func<string, Task<T>> call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return remote.CallAsync(call, cancellationToken);
    }

    private SearchHit Hit(ScoredPoint point)
    {
        try
        {
            return point.Payload is { Id: { } id } payload ? new SearchHit(id, point.Score, payload.Label, payload.ReadMetadata()) : throw new JsonException("A point has no id in its payload.");
        }
        catch (JsonException fault)
        {
            throw client.Unreadable(fault.Message, fault);
        }
    }

    /// <summary>The points of these ids: those of their UUIDs, if they carry the ids themselves too. Ids that are not stored match nothing.</summary>
    private static Filter These(params string[] ids) => new([new Condition([.. ids.Select(PointUuid.Of)], null, null), new Condition(null, "id", new Match(null, ids))]);

    private static Filter? FilterOf(SearchFilter? filter)
    {
        Condition[] conditions =
        [
            .. filter?.Label is { } label ? [new Condition(null, "label", new Match(label, null))] : Array.Empty<Condition>(),
            .. (filter?.Metadata ?? new Dictionary<string, System.Text.Json.Nodes.JsonNode>()).Select(member =>
                new Condition(null, "facets", new Match(PointPayload.Facet(member.Key, JsonElement.Parse(member.Value?.ToJsonString() ?? "null")), null))),
        ];
        return conditions.Length == 0 ? null : new Filter(conditions);
    }
}
