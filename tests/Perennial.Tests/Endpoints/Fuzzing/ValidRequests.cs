using System.Globalization;
using System.Text;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Requests that are right: where the generator starts from.</summary>
internal static class ValidRequests
{
    /// <param name="images">Encoded images.</param>
    /// <param name="ids">Ids of images of the corpus.</param>
    /// <param name="run">Id of a run that has ended.</param>
    /// <param name="vector">An embedding of generation 1.</param>
    public static IReadOnlyList<FuzzRequest> All(byte[][] images, IReadOnlyList<string> ids, string run, float[] vector)
    {
        string picture = Convert.ToBase64String(images[5]), other = Convert.ToBase64String(images[0]);
        string numbers = string.Join(',', vector.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
        List<FuzzRequest> requests =
        [
            .. new[] { "/embed", "/embed?dimensions=4&encoding_format=base64", "/classify?top=2", "/search?k=3", "/images?label=cat&metadata=%7B%22n%22:1%7D" }.SelectMany(target => new[] { Image(target, images[0]), Image(target, images[5]), Files(target, images[5]) }),
            Json("POST", "/embed", $$"""{"images":[{"data":"{{picture}}"},{"data":"data:image/jpeg;base64,{{other}}"}],"dimensions":4,"encoding_format":"base64"}"""),
            Json("POST", "/classify", $$"""{"images":[{"data":"{{picture}}"}]}"""),
            Json("POST", "/images", $$$"""{"images":[{"data":"{{{picture}}}","label":"cat","metadata":{"n":1,"of":{"a":[1,2,"x"]} } },{"data":"{{{other}}}"}]}"""),
            Json("POST", "/search", $$$"""{"image":{"data":"{{{picture}}}"},"k":3,"filter":{"label":"cat","metadata":{"n":1,"s":"text"} } }"""),
            Json("POST", "/search", $$$"""{"id":"{{{ids[0]}}}","k":5,"filter":{"metadata":{"n":{"a":1} } } }"""),
            Json("POST", "/search", $$"""{"vector":[{{numbers}}],"generation":1,"k":2}"""),
            Json("POST", "/search", $$"""{"vector":[{{numbers}}],"generation":2}"""), // refused, but well formed
            Json("POST", "/v1/embeddings", $$"""{"model":"encoder","input":["data:image/png;base64,{{picture}}"],"encoding_format":"float","dimensions":4,"user":"u"}"""),
            Json("POST", "/v1/embeddings", $$"""{"input":"{{other}}"}"""),
            Json("POST", "/v2/models/encoder/infer", $$$"""{"id":"1","parameters":{"binary_data_output":false},"inputs":[{"name":"image","shape":[2],"datatype":"BYTES","parameters":{},"data":["{{{picture}}}","{{{other}}}"]}],"outputs":[{"name":"embedding","parameters":{"binary_data":false}}]}"""),
            Json("POST", "/v2/models/classifier/versions/1/infer", $$"""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["{{picture}}"]}]}"""),
            Json("POST", "/v2/repository/index", """{"ready":true}"""),
            Json("PUT", $"/images/{ids[1]}/label", """{"label":"dog"}"""),
            Json("POST", "/admin/runs", """{"kind":"pretrain","recipe":"simclr-small","overrides":{"epochs":2,"batch_size":16,"views":{"crop_scale_min":0.2}},"promote":"never"}"""),
            Json("POST", "/admin/runs", """{"kind":"finetune","overrides":{"head":"mlp","hidden":16,"balanced":true,"seed":3},"promote":"auto"}"""),
            Json("POST", "/admin/runs", """{"kind":"reindex"}"""),
            .. Enumerable.Repeat("""{"triggers":{"amount":{"images":500,"share":0.25,"require":"all"},"drift":{"effectSize":3,"leastImages":128,"sampleSize":256},"cooldown":{"minutes":60,"growth":2},"cost":{"minutesPerDay":240}},"limits":{"nice":10}}""", 2)
                .Select(policy => Json("PUT", "/admin/policy", policy)), // many numbers, few of whose changes are out of range
            Json("PUT", "/admin/policy", """{"run":{"recipe":"simclr-small","overrides":{"epochs":2}},"gate":{"knnTolerance":0.005,"leastRank":2},"limits":{"threads":1,"nice":10,"memoryBytes":null,"queue":16,"restarts":2}}"""),
            .. new[] { $"/images/{ids[2]}", $"/images/{ids[2]}/content", $"/images/{ids[3]}/content?size=16", $"/admin/runs/{run}", $"/admin/runs/{run}/events", "/admin/runs?limit=3", "/admin/generations", "/admin/policy", "/admin/triggers", "/admin/decisions?limit=3", "/health/live", "/health/ready", "/v1/models", "/v2", "/v2/models/encoder", "/v2/models/classifier/ready" }.Select(target => New("GET", target)),
            New("DELETE", $"/images/{ids[4]}"), New("POST", $"/admin/runs/{run}/cancel"), New("POST", "/admin/generations/1/promote"), New("POST", "/admin/rollback"), New("POST", "/v2/repository/index"),
        ];
        FuzzRequest raw = Image("/v2/models/encoder/infer", images[5]);
        raw.Set("Inference-Header-Content-Length", "0");
        return [.. requests, raw];
    }

    private static FuzzRequest New(string method, string target) => new(method, target) { Headers = [("Host", "localhost")] };

    private static FuzzRequest Image(string target, byte[] image)
    {
        FuzzRequest request = New("POST", target);
        (request.ContentType, request.Body) = ("image/png", image);
        return request;
    }

    private static FuzzRequest Files(string target, byte[] image)
    {
        FuzzRequest request = New("POST", target);
        (request.ContentType, request.Body) = target.StartsWith("/search", StringComparison.Ordinal) ? Multiparts.Files(image) : Multiparts.Files(image, image);
        return request;
    }

    private static FuzzRequest Json(string method, string target, string json)
    {
        FuzzRequest request = New(method, target);
        (request.ContentType, request.Body) = ("application/json", Encoding.UTF8.GetBytes(json));
        return request;
    }
}
