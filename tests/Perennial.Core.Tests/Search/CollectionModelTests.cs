using System.Text.Json.Nodes;
using CsCheck;
using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

/// <summary>Random histories against a dictionary that does the same without files.</summary>
public sealed class CollectionModelTests : IDisposable
{
    private const int Dimensions = 5;
    private static readonly float[][] Pool = [.. Enumerable.Range(0, 12).Select(seed => Vectors.Unit(Dimensions, seed))];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_collection_is_a_dictionary_whatever_happens_to_it()
    {
        Gen<Entry> entry = Gen.Select(Gen.Int[0, 15], Gen.Int[0, 11], Gen.Int[0, 3], Gen.Int[0, 2], (id, vector, label, metadata) =>
            new Entry($"id{id}", vector, label == 0 ? null : $"label{label}", metadata));
        Gen<Operation> operation = Gen.Select(Gen.Int[0, 9], entry.Array[0, 6], (kind, entries) => new Operation(kind, entries));
        await operation.Array[1, 25].SampleAsync(Replay, iter: 150, threads: 2);
    }

    private async Task Replay(Operation[] history)
    {
        Dictionary<string, Entry> model = [];
        EmbeddedVectorIndex index = new(_folder.File(Guid.NewGuid().ToString("N")));
        IVectorCollection collection = await index.OpenAsync(Vectors.Digest, Dimensions, CancellationToken.None);
        foreach (Operation operation in history)
        {
            switch (operation.Kind)
            {
                case <= 3:
                    await collection.UpsertAsync([.. operation.Entries.Select(entry => new VectorPoint(entry.Id, Pool[entry.Vector], entry.Label, entry.Json()))], CancellationToken.None);
                    foreach (Entry entry in operation.Entries)
                        model[entry.Id] = entry;
                    break;
                case <= 5:
                    await collection.SetPayloadAsync([.. operation.Entries.Select(entry => new VectorPayload(entry.Id, entry.Label, entry.Json()))], CancellationToken.None);
                    foreach (Entry entry in operation.Entries.Where(entry => model.ContainsKey(entry.Id)))
                        model[entry.Id] = entry with { Vector = model[entry.Id].Vector };
                    break;
                case <= 7:
                    await collection.DeleteAsync([.. operation.Entries.Select(entry => entry.Id)], CancellationToken.None);
                    foreach (Entry entry in operation.Entries)
                        model.Remove(entry.Id);
                    break;
                case 8:
                    await collection.DisposeAsync();
                    collection = await index.OpenAsync(Vectors.Digest, Dimensions, CancellationToken.None);
                    break;
                default:
                    await ((CollectionHandle)collection).Collection.CompactAsync(CancellationToken.None);
                    break;
            }
            await AssertSame(model, collection, operation.Entries.Length);
        }
        await index.DropAsync(Vectors.Digest, CancellationToken.None);
    }

    private static async Task AssertSame(Dictionary<string, Entry> model, IVectorCollection collection, int turn)
    {
        float[] query = Pool[turn];
        Assert.Equal(model.Count, collection.Count);
        Assert.Equal(Expected(model.Values, query, 100), await Found(collection, query, 100, null));
        Assert.Equal(Expected(model.Values, query, 3), await Found(collection, query, 3, null));
        Assert.Equal(Expected(model.Values.Where(entry => entry.Label == "label1"), query, 4), await Found(collection, query, 4, new SearchFilter("label1", null)));
        Assert.Equal(Expected(model.Values.Where(entry => entry.Metadata == 1), query, 4), await Found(collection, query, 4, new SearchFilter(null, new Dictionary<string, JsonNode> { ["m"] = 1 })));
        foreach (string id in Enumerable.Range(0, 16).Select(i => $"id{i}"))
            Assert.Equal(model.TryGetValue(id, out Entry? entry) ? Pool[entry.Vector] : null, await collection.FindVectorAsync(id, CancellationToken.None));
    }

    private static string Expected(IEnumerable<Entry> entries, float[] query, int k) => string.Join(' ', entries
        .OrderByDescending(entry => Vectors.Cosine(Pool[entry.Vector], query)).ThenBy(entry => entry.Id, StringComparer.Ordinal)
        .Take(k).Select(entry => $"{entry.Id}:{entry.Label}:{entry.Json()?.ToJsonString()}"));

    private static async Task<string> Found(IVectorCollection collection, float[] query, int k, SearchFilter? filter) =>
        string.Join(' ', (await collection.SearchAsync(query, k, filter, CancellationToken.None)).Select(hit => $"{hit.Id}:{hit.Label}:{hit.Metadata?.ToJsonString()}"));

    private sealed record Entry(string Id, int Vector, string? Label, int Metadata)
    {
        public JsonObject? Json() => Metadata == 0 ? null : new JsonObject { ["m"] = Metadata };
    }

    private sealed record Operation(int Kind, Entry[] Entries);
}
