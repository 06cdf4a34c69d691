using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Perennial.Core.Search.Qdrant;

// Requests and answers of Qdrant's REST API, as much of them as is used. Names are those of its OpenAPI description, snake_case on the wire.

internal sealed record Answer<T>(T? Result);

internal sealed record VersionInfo(string Title, string Version);

internal sealed record CollectionList(Named[] Collections);

internal sealed record Named(string Name);

internal sealed record CollectionInfo(CollectionConfig Config, Dictionary<string, JsonElement> PayloadSchema);

internal sealed record CollectionConfig(CollectionParams Params);

/// <summary>The vectors' parameters come as an object of them or, where vectors have names, as an object of such objects.</summary>
internal sealed record CollectionParams(JsonElement Vectors);

internal sealed record CreateCollection(VectorParams Vectors, ScalarQuantization QuantizationConfig);

internal sealed record VectorParams(int Size, string Distance);

internal sealed record ScalarQuantization(ScalarQuantizationConfig Scalar);

internal sealed record ScalarQuantizationConfig(string Type, float Quantile);

internal sealed record CreateFieldIndex(string FieldName, string FieldSchema);

internal sealed record PointsList(PointStruct[] Points);

internal sealed record PointStruct(Guid Id, ReadOnlyMemory<float> Vector, PointPayload Payload);

internal sealed record PointRequest(Guid[] Ids, string[] WithPayload, bool WithVector);

/// <summary>A stored point; of another shape than ours, where somebody else wrote it.</summary>
internal sealed record StoredPoint(PointPayload? Payload = null, JsonElement? Vector = null);

internal sealed record QueryRequest(ReadOnlyMemory<float> Query, int Limit, string[] WithPayload, SearchParams Params, Filter? Filter);

internal sealed record SearchParams(QuantizationSearchParams Quantization);

internal sealed record QuantizationSearchParams(bool Rescore, double Oversampling);

internal sealed record QueryResponse(ScoredPoint[] Points);

internal sealed record ScoredPoint(float Score, PointPayload? Payload = null);

internal sealed record Filter(Condition[] Must);

/// <summary>Either ids, or a payload key and what it must match.</summary>
internal sealed record Condition(Guid[]? HasId, string? Key, Match? Match);

internal sealed record Match(string? Value, string[]? Any);

internal sealed record FilterSelector(Filter Filter);

internal sealed record CountRequest(bool Exact);

internal sealed record CountResult(long Count);

internal sealed record UpdateOperations(OverwritePayload[] Operations);

internal sealed record OverwritePayload([property: JsonPropertyName("overwrite_payload")] SetPayload Overwrite);

internal sealed record SetPayload(PointPayload Payload, Filter Filter);

internal sealed record UpdateResult(string Status);

internal sealed record AliasList(AliasDescription[] Aliases);

internal sealed record AliasDescription(string AliasName, string CollectionName);

internal sealed record ChangeAliases(AliasAction[] Actions);

internal sealed record AliasAction(DeleteAlias? DeleteAlias, AliasDescription? CreateAlias);

internal sealed record DeleteAlias(string AliasName);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(Answer<CollectionList>))]
[JsonSerializable(typeof(Answer<CollectionInfo>))]
[JsonSerializable(typeof(Answer<AliasList>))]
[JsonSerializable(typeof(Answer<QueryResponse>))]
[JsonSerializable(typeof(Answer<StoredPoint[]>))]
[JsonSerializable(typeof(Answer<CountResult>))]
[JsonSerializable(typeof(Answer<UpdateResult>))]
[JsonSerializable(typeof(Answer<UpdateResult[]>))]
[JsonSerializable(typeof(Answer<bool?>))]
[JsonSerializable(typeof(CreateCollection))]
[JsonSerializable(typeof(CreateFieldIndex))]
[JsonSerializable(typeof(PointsList))]
[JsonSerializable(typeof(PointRequest))]
[JsonSerializable(typeof(QueryRequest))]
[JsonSerializable(typeof(FilterSelector))]
[JsonSerializable(typeof(CountRequest))]
[JsonSerializable(typeof(UpdateOperations))]
[JsonSerializable(typeof(ChangeAliases))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class QdrantJson : JsonSerializerContext;
