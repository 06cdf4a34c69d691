using System.Text.Json.Serialization;

namespace Perennial.Core.Search.Bridges;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BridgeQuality))]
internal sealed partial class BridgeJson : JsonSerializerContext;
