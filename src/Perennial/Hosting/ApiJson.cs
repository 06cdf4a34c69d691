using System.Text.Json;
using System.Text.Json.Serialization;
using Perennial.Endpoints.Input;

namespace Perennial.Hosting;

/// <summary>How the API reads and writes JSON: camelCase, enumerations as words, and strict in what it accepts.</summary>
internal static class ApiJson
{
    public static void Configure(JsonSerializerOptions json)
    {
        json.MaxDepth = JsonBody.Depth;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.PropertyNameCaseInsensitive = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.RespectNullableAnnotations = true;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }
}
