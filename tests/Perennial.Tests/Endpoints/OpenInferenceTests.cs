using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;
using YamlDotNet.RepresentationModel;

namespace Perennial.Tests.Endpoints;

/// <summary>The Open Inference Protocol; every JSON answer also against the schemas of its own description.</summary>
public sealed class OpenInferenceTests : IAsyncLifetime
{
    private const string JsonLength = "Inference-Header-Content-Length";
    private static readonly byte[] Picture = Pictures.Png(200, 30, 90);

    private readonly TinyEncoder _encoder = new(size: 8);
    private readonly TinyClassifier _classifier = new(classes: 7);
    private LiveServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private float[] Expected => _encoder.Embed(Pictures.Tile(8, 200, 30, 90));

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = _encoder, Classifier = _classifier });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/v2", "metadata_server_response")]
    [InlineData("/v2/", "metadata_server_response")]
    [InlineData("/v2/models/encoder", "metadata_model_response")]
    [InlineData("/v2/models/classifier/versions/1", "metadata_model_response")]
    public async Task Metadata_fits_the_protocols_own_schema(string path, string schema) => Schemas.Check(schema, await _server.Http.GetAsync(path, Token).ReadAsync());

    [Fact]
    public async Task Metadata_names_the_tensors_that_infer_takes_and_gives()
    {
        JsonObject encoder = await _server.Http.GetAsync("/v2/models/encoder", Token).ReadAsync();
        Assert.Equal("""[{"name":"image","datatype":"BYTES","shape":[-1]}]""", encoder["inputs"]!.ToJsonString());
        Assert.Equal("""[{"name":"embedding","datatype":"FP32","shape":[-1,8]}]""", encoder["outputs"]!.ToJsonString());
        Assert.Equal(_server.Pair.Manifest.Digest, (string?)encoder["properties"]!["digest"]);
        Assert.True((bool)(await _server.Http.GetAsync("/v2/health/live", Token).ReadAsync())["live"]!);
        Assert.True((bool)(await _server.Http.GetAsync("/v2/health/ready", Token).ReadAsync())["ready"]!);
        Assert.True((bool)(await _server.Http.GetAsync("/v2/models/classifier/ready", Token).ReadAsync())["ready"]!);
        using HttpResponseMessage index = await _server.Http.PostJsonAsync("/v2/repository/index", """{"ready":true}""");
        Assert.Equal("""[{"name":"encoder","version":"1","state":"READY","reason":""},{"name":"classifier","version":"1","state":"READY","reason":""}]""", await index.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Images_in_base64_and_pixels_of_either_type_give_the_same_embedding()
    {
        float[] pixels = Pictures.Tile(8, 200, 30, 90);
        string numbers = $"[{string.Join(",", pixels.Select(pixel => pixel.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))}]";
        string bytes = $"[[{string.Join(",", pixels.Select(pixel => (int)MathF.Round(pixel * 255)))}]]"; // nested as a client likes
        string[] inputs =
        [
            $$"""{"name":"image","shape":[1],"datatype":"BYTES","data":["{{Convert.ToBase64String(Picture)}}"]}""",
            $$"""{"name":"image","shape":[1,3,8,8],"datatype":"FP32","data":{{numbers}}}""",
            $$"""{"name":"image","shape":[1,3,8,8],"datatype":"UINT8","data":{{bytes}}}""",
        ];
        foreach (string input in inputs)
        {
            JsonObject answer = await _server.Http.PostJsonAsync("/v2/models/encoder/infer", $$"""{"id":"42","inputs":[{{input}}]}""").ReadAsync();
            Schemas.Check("inference_response", answer);
            Assert.Equal(("encoder", "1", "42"), ((string?)answer["model_name"], (string?)answer["model_version"], (string?)answer["id"]));
            Assert.Equal("[1,8]", answer["outputs"]![0]!["shape"]!.ToJsonString());
            AssertClose(Expected, Calls.Floats(answer["outputs"]![0]!["data"]));
        }
    }

    [Fact]
    public async Task One_image_and_nothing_else_is_a_request_and_is_answered_in_binary()
    {
        (JsonObject json, byte[] tail) = await BinaryAsync("/v2/models/encoder/infer", Picture, 0);
        Assert.Equal(32, (int?)json["outputs"]![0]!["parameters"]!["binary_data_size"]);
        AssertClose(Expected, MemoryMarshal.Cast<byte, float>(tail).ToArray());
    }

    [Fact]
    public async Task Tensors_behind_the_JSON_go_in_and_come_out()
    {
        byte[] tensor = [.. new[] { Picture, Pictures.Png(1, 2, 250) }.SelectMany(image => (byte[])[.. BitConverter.GetBytes(image.Length), .. image])];
        byte[] head = Encoding.UTF8.GetBytes($$$"""
            {"inputs":[{"name":"image","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":{{{tensor.Length}}}}}],
             "outputs":[{"name":"label","parameters":{"binary_data":true}},{"name":"probabilities"}]}
            """);
        (JsonObject json, byte[] tail) = await BinaryAsync("/v2/models/classifier/infer", [.. head, .. tensor], head.Length);
        float[][] expected = [_classifier.Classify(Expected), _classifier.Classify(_encoder.Embed(Pictures.Tile(8, 1, 2, 250)))];
        AssertClose([.. expected[0], .. expected[1]], Calls.Floats(json["outputs"]![1]!["data"]));
        List<string> labels = [];
        for (int at = 0; at < tail.Length;)
        {
            int length = BitConverter.ToInt32(tail, at);
            labels.Add(Encoding.UTF8.GetString(tail, at + 4, length));
            at += 4 + length;
        }
        Assert.Equal(expected.Select(row => _server.Pair.Manifest.Labels[Array.IndexOf(row, row.Max())]), labels);
    }

    [Theory]
    [InlineData("""{"inputs":[]}""", 400)]
    [InlineData("""{"inputs":[{"name":"other","shape":[1],"datatype":"BYTES","data":["aaaa"]}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"FP16","data":[1]}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES"}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[2],"datatype":"BYTES","data":["aaaa"]}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[-1],"datatype":"BYTES","data":["aaaa"]}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[9223372036854775807],"datatype":"BYTES","data":["aaaa"]}]}""", 413)]
    [InlineData("""{"inputs":[{"name":"image","shape":[1,3,8,9],"datatype":"FP32","data":[1]}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[1,3,8,8],"datatype":"FP32","data":[1,2]}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[1,3,8,8],"datatype":"UINT8","data":["aaaa"]}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["aaaa",3]}]}""", 400)]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["aaaa"]}]}""", 422)]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":5}}]}""", 400)]
    [InlineData("""{"inputs":""", 400)]
    public async Task What_cannot_be_used_is_refused_in_the_protocols_shape(string body, int status)
        => Schemas.Check("inference_error_response", await _server.Http.PostJsonAsync("/v2/models/encoder/infer", body).ReadAsync(status));

    [Theory]
    [InlineData("9999"), InlineData("-1"), InlineData("1e3"), InlineData(""), InlineData("99999999999999")]
    public async Task A_wrong_length_of_the_JSON_part_is_refused(string length)
    {
        ByteArrayContent content = new("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation(JsonLength, length);
        Assert.Contains(JsonLength, (string?)(await _server.Http.PostAsync("/v2/models/encoder/infer", content, Token).ReadAsync(400))["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":8}}]}""", "\u0009\0\0\0aaaa")]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":7}}]}""", "\u0004\0\0\0aaaa")]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["aaaa"]}]}""", "aaaa")]
    [InlineData("""{"inputs":[{"name":"image","shape":[1,3,8,8],"datatype":"FP32","parameters":{"binary_data_size":8}}]}""", "aaaaaaaa")]
    public async Task Binary_tensors_of_another_size_than_announced_are_refused(string json, string tail)
    {
        byte[] head = Encoding.UTF8.GetBytes(json);
        ByteArrayContent content = new([.. head, .. Encoding.Latin1.GetBytes(tail)]);
        content.Headers.Add(JsonLength, $"{head.Length}");
        Schemas.Check("inference_error_response", await _server.Http.PostAsync("/v2/models/encoder/infer", content, Token).ReadAsync(400));
    }

    [Fact]
    public async Task Numbers_that_are_none_are_refused()
    {
        float[] pixels = new float[3 * 8 * 8];
        pixels[5] = float.NaN;
        byte[] head = Encoding.UTF8.GetBytes($$$"""{"inputs":[{"name":"image","shape":[1,3,8,8],"datatype":"FP32","parameters":{"binary_data_size":{{{pixels.Length * 4}}}}}]}""");
        ByteArrayContent content = new([.. head, .. MemoryMarshal.AsBytes<float>(pixels)]);
        content.Headers.Add(JsonLength, $"{head.Length}");
        await _server.Http.PostAsync("/v2/models/encoder/infer", content, Token).ReadAsync(400);
    }

    [Theory]
    [InlineData("/v2/models/other", 404), InlineData("/v2/models/encoder/versions/2", 404), InlineData("/v2/models/encoder/versions/x/ready", 404), InlineData("/v2/other", 404)]
    public async Task What_is_not_there_is_404_in_the_protocols_shape(string path, int status)
        => Schemas.Check("metadata_model_error_response", await _server.Http.GetAsync(path, Token).ReadAsync(status));

    [Theory]
    [InlineData("load", """{"parameters":{"file:1/model.onnx":"aaaa"}}"""), InlineData("unload", """{"parameters":{"unload_dependents":true}}"""), InlineData("load", "")]
    public async Task Models_cannot_be_uploaded_loaded_or_unloaded(string action, string body)
        => Assert.Contains("/admin/generations", (string?)(await _server.Http.PostJsonAsync($"/v2/repository/models/encoder/{action}", body).ReadAsync(400))["error"], StringComparison.Ordinal);

    [Theory]
    [InlineData("", null), InlineData("{}", null), InlineData("", "application/json"), InlineData("""{"ready":false,"other":1}""", "text/plain")]
    public async Task The_repository_index_is_given_whatever_the_client_calls_its_body(string body, string? type)
    {
        ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        if (type is not null) content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using HttpResponseMessage answer = await _server.Http.PostAsync("/v2/repository/index", content, Token);
        Assert.Equal(["encoder", "classifier"], JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!.AsArray().Select(model => (string?)model!["name"]));
    }

    [Fact]
    public async Task The_answer_names_the_embedding_space_and_the_version()
    {
        JsonObject answer = await _server.Http.PostJsonAsync("/v2/models/encoder/versions/1/infer", $$"""{"id":"a","inputs":[{"name":"image","shape":[1,1],"datatype":"BYTES","data":[["{{Convert.ToBase64String(Picture)}}"]]}]}""").ReadAsync();
        Schemas.Check("inference_response", answer);
        Assert.Equal(("1", "a", _server.Pair.Manifest.Digest), ((string?)answer["model_version"], (string?)answer["id"], (string?)answer["parameters"]!["digest"]));
    }

    [Theory]
    [InlineData("FP32"), InlineData("FP16"), InlineData("UINT8")]
    public async Task Pixels_behind_the_JSON_give_the_same_embedding_and_all_outputs_come_binary_when_asked(string datatype)
    {
        float[] pixels = Pictures.Tile(8, 200, 30, 90);
        byte[] tensor = datatype switch
        {
            "FP32" => [.. pixels.SelectMany(BitConverter.GetBytes)],
            "FP16" => [.. pixels.SelectMany(pixel => BitConverter.GetBytes((Half)pixel))],
            _ => [.. pixels.Select(pixel => (byte)MathF.Round(pixel * 255))],
        };
        byte[] head = Encoding.UTF8.GetBytes($$$"""{"parameters":{"binary_data_output":true},"inputs":[{"name":"image","shape":[1,3,8,8],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{tensor.Length}}}}}]}""");
        (JsonObject json, byte[] tail) = await BinaryAsync("/v2/models/encoder/infer", [.. head, .. tensor], head.Length);
        Assert.Equal(tail.Length, (int?)json["outputs"]![0]!["parameters"]!["binary_data_size"]);
        AssertClose(Expected, MemoryMarshal.Cast<byte, float>(tail).ToArray(), datatype == "FP16" ? 1e-3f : 1e-5f);
    }

    [Fact]
    public async Task An_encoded_image_may_come_as_a_vector_of_bytes()
    {
        string numbers = string.Join(",", Picture);
        foreach (string shape in new[] { $"[{Picture.Length}]", $"[1,{Picture.Length}]" })
        {
            byte[] head = Encoding.UTF8.GetBytes($$$"""{"inputs":[{"name":"image","shape":{{{shape}}},"datatype":"UINT8","parameters":{"binary_data_size":{{{Picture.Length}}}}}],"outputs":[{"name":"embedding","parameters":{"binary_data":true}}]}""");
            AssertClose(Expected, MemoryMarshal.Cast<byte, float>((await BinaryAsync("/v2/models/encoder/infer", [.. head, .. Picture], head.Length)).Tail).ToArray());
            JsonObject answer = await _server.Http.PostJsonAsync("/v2/models/encoder/infer", $$"""{"inputs":[{"name":"image","shape":{{shape}},"datatype":"UINT8","data":[{{numbers}}]}]}""").ReadAsync();
            AssertClose(Expected, Calls.Floats(answer["outputs"]![0]!["data"]));
        }
        await _server.Http.PostJsonAsync("/v2/models/encoder/infer", """{"inputs":[{"name":"image","shape":[4],"datatype":"UINT8","data":[1,2,3]}]}""").ReadAsync(400);
    }

    [Theory]
    [InlineData("GET", "/v2/models/encoder", null, 401), InlineData("POST", "/v2/repository/index", null, 401), InlineData("POST", "/v2/models/encoder/infer", "write", 403)]
    [InlineData("PUT", "/v2/models/encoder/infer", "infer", 405), InlineData("GET", "/v2/nothing", "infer", 404), InlineData("POST", "/v2/models/encoder/infer", "infer", 413)]
    public async Task Whatever_is_wrong_under_v2_is_told_in_the_protocols_shape(string method, string path, string? scope, int status)
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration(), ("Perennial:Limits:MaxRequestBytes", "1024"),
            ("Perennial:Keys:0:Name", "a"), ("Perennial:Keys:0:Key", "infer-0123456789abcdef"), ("Perennial:Keys:0:Scopes:0", "infer"),
            ("Perennial:Keys:1:Name", "b"), ("Perennial:Keys:1:Key", "write-0123456789abcdef"), ("Perennial:Keys:1:Scopes:0", "write"));
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (method != "GET") request.Content = new ByteArrayContent(new byte[2000]);
        if (scope is not null) request.Headers.Add("X-API-Key", $"{scope}-0123456789abcdef");
        Schemas.Check("inference_error_response", await server.Http.SendAsync(request, Token).ReadAsync(status));
    }

    private async Task<(JsonObject Json, byte[] Tail)> BinaryAsync(string path, byte[] body, int jsonLength)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(JsonLength, $"{jsonLength}");
        using HttpResponseMessage response = await _server.Http.PostAsync(path, content, Token);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(Token);
        Assert.True((int)response.StatusCode == 200, Encoding.UTF8.GetString(answer));
        int length = int.Parse(response.Headers.GetValues(JsonLength).Single(), System.Globalization.CultureInfo.InvariantCulture);
        return (JsonNode.Parse(answer[..length])!.AsObject(), answer[length..]);
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance = 1e-5f)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
    }

    /// <summary>The protocol's published description: as much of JSON Schema as it uses.</summary>
    private static class Schemas
    {
        public static void Check(string name, JsonNode value)
        {
            string? file = Folders().Select(folder => Path.Combine(folder, "shared", "reference", "open_inference_rest.yaml")).FirstOrDefault(File.Exists);
            Assert.SkipWhen(file is null, "The protocol's description (shared/reference/open_inference_rest.yaml) is not beside this checkout.");
            YamlStream yaml = [];
            using StreamReader reader = new(file!);
            yaml.Load(reader);
            YamlMappingNode schemas = Map(Map(((YamlMappingNode)yaml.Documents[0].RootNode)["components"])["schemas"]);
            Check(Map(schemas[name]), value, schemas, name);
        }

        private static void Check(YamlMappingNode schema, JsonNode? value, YamlMappingNode schemas, string path)
        {
            if (schema.Children.TryGetValue("$ref", out YamlNode? reference))
            {
                Check(Map(schemas[((string)reference!)[(((string)reference!).LastIndexOf('/') + 1)..]]), value, schemas, path);
                return;
            }
            if (schema.Children.TryGetValue("anyOf", out YamlNode? choices))
            {
                Assert.True(((YamlSequenceNode)choices).Any(choice => Fits(Map(choice), value, schemas, path)), $"{path} is {value?.ToJsonString()}");
                return;
            }
            string kind = value!.GetValueKind() switch
            {
                System.Text.Json.JsonValueKind.Object => "object",
                System.Text.Json.JsonValueKind.Array => "array",
                System.Text.Json.JsonValueKind.String => "string",
                System.Text.Json.JsonValueKind.Number => "number",
                _ => "boolean",
            };
            string expected = (string)schema["type"]!;
            Assert.True(expected == kind || (expected == "integer" && value.AsValue().TryGetValue(out long _)), $"{path} is of kind {kind}, not {expected}");
            if (schema.Children.TryGetValue("required", out YamlNode? required))
                Assert.All((YamlSequenceNode)required, member => Assert.True(value.AsObject().ContainsKey((string)member!), $"{path} lacks {member}"));
            if (schema.Children.TryGetValue("properties", out YamlNode? properties))
            {
                foreach ((YamlNode member, YamlNode of) in Map(properties))
                {
                    if (value.AsObject().TryGetPropertyValue((string)member!, out JsonNode? child)) Check(Map(of), child, schemas, $"{path}.{member}");
                }
            }
            if (schema.Children.TryGetValue("items", out YamlNode? items))
                foreach (JsonNode? item in value.AsArray()) Check(Map(items), item, schemas, path + "[]");
        }

        private static bool Fits(YamlMappingNode schema, JsonNode? value, YamlMappingNode schemas, string path)
        {
            try
            {
                Check(schema, value, schemas, path);
                return true;
            }
            catch (Exception exception) when (exception is Xunit.Sdk.XunitException)
            {
                return false;
            }
        }

        private static YamlMappingNode Map(YamlNode node) => (YamlMappingNode)node;

        private static IEnumerable<string> Folders()
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent) yield return folder.FullName;
        }
    }
}
