using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Access;
using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Perennial.Telemetry;

namespace Perennial.Endpoints.OpenInference;

/// <summary>
/// <c>/v2</c>: the Open Inference Protocol, as KServe and Triton speak it, with the binary tensor extension and the repository's index. The model <c>encoder</c> takes images
/// and gives embeddings, <c>classifier</c> probabilities and labels; the version is the number of the serving generation. Models are not loaded or uploaded by it.
/// </summary>
/// <remarks>Source: Open Inference Protocol v2, inference_rest.md.</remarks>
internal static class OpenInferenceEndpoints
{
    /// <summary>Where these calls are, and errors have the protocol's shape.</summary>
    public const string Prefix = "/v2";

    private const string Encoder = "encoder", Classifier = "classifier";

    private static readonly ServerMetadata Server = new("perennial", typeof(OpenInferenceEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion, ["binary_tensor_data", "model_repository(index)"]);

    public static IEndpointRouteBuilder MapOpenInference(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup(Prefix).WithTags("Open Inference Protocol");
        group.MapGet("/", () => TypedResults.Ok(Server)).OpenToAll()
            .WithName("v2-server").WithSummary("What the server is");
        group.MapGet("/health/live", () => TypedResults.Ok(new { live = true })).OpenToAll()
            .WithName("v2-live").WithSummary("Whether the server runs");
        group.MapGet("/health/ready", (Serving serving) => Ready(serving)).OpenToAll()
            .WithName("v2-ready").WithSummary("Whether a generation serves");
        group.MapPost("/repository/index", IndexAsync).RequireScope(Scope.Infer).TakesJson<RepositoryIndexRequest>().ProducesErrors(400)
            .WithName("v2-repository").WithSummary("List the models");
        foreach (string action in new[] { "load", "unload" })
        {
            group.MapPost("/repository/models/{model}/" + action, RefuseToLoad).RequireScope(Scope.Infer).ProducesErrors(400)
                .WithName("v2-" + action).WithSummary($"Refused: models are not {action}ed by their callers");
        }
        foreach ((string path, string name) in new[] { ("/models/{model}", ""), ("/models/{model}/versions/{version}", "-version") })
        {
            group.MapGet(path, Describe).RequireScope(Scope.Infer).ProducesErrors(404, 503)
                .WithName("v2-model" + name).WithSummary("What a model takes and gives");
            group.MapGet(path + "/ready", ModelIsReady).RequireScope(Scope.Infer).ProducesErrors(404, 503)
                .WithName("v2-model-ready" + name).WithSummary("Whether a model answers");
            group.MapPost(path + "/infer", InferAsync).RequireScope(Scope.Infer).AnsweredBy(null).TakesJson<InferRequest>().ProducesErrors(400, 404, 409, 413, 415, 422, 429, 503)
                .WithName("v2-infer" + name).WithSummary("Run a model")
                .WithDescription($"Tensors in JSON or behind it in binary ({InferBody.JsonLengthHeader}); with that header 0 the body is one encoded image.");
        }
        return routes;
    }

    private static Results<Ok<object>, JsonHttpResult<object>> Ready(Serving serving)
    {
        using Lease<ServingPair>? lease = serving.TryAcquire();
        return lease is not null
            ? TypedResults.Ok<object>(new { live = true, ready = true })
            : TypedResults.Json<object>(new { live = true, ready = false }, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Ok<RepositoryModel[]>> IndexAsync(HttpContext context, JsonBody json, Serving serving)
    {
        ReadOnlyMemory<byte> body = await json.ReceiveAsync(context); // clients send none, or one without a content type
        RepositoryIndexRequest request = body.IsEmpty ? new() : json.Parse<RepositoryIndexRequest>(body);
        using Lease<ServingPair>? lease = serving.TryAcquire();
        string version = lease?.Value.Manifest.Number.ToString(CultureInfo.InvariantCulture) ?? "";
        RepositoryModel[] models =
        [
            lease is null ? new(Encoder, version, "UNAVAILABLE", "no generation serves yet") : new(Encoder, version, "READY", ""),
            lease?.Value.Generation.Classifier is null ? new(Classifier, version, "UNAVAILABLE", "not finetuned yet") : new(Classifier, version, "READY", ""),
        ];
        return TypedResults.Ok(models.Where(model => !request.Ready || model.State == "READY").ToArray());
    }

    private static Ok RefuseToLoad(string model) => throw ProblemException.Invalid(
        $"Models such as '{model}' are not loaded, unloaded or uploaded through this protocol; POST /admin/generations/{{number}}/promote changes what serves.");

    private static Ok<ModelMetadata> Describe(HttpContext context, Serving serving, string model, string? version = null)
    {
        using Lease<ServingPair> lease = Acquire(context, serving, model, version);
        ServingPair pair = lease.Value;
        GenerationManifest manifest = pair.Manifest;
        long side = manifest.Preprocessing.Size;
        return TypedResults.Ok(new ModelMetadata(model, [manifest.Number.ToString(CultureInfo.InvariantCulture)], "onnx_onnxv1",
            [new("image", "BYTES", [-1])],
            model == Encoder ? [new("embedding", "FP32", [-1, manifest.Dimensions])] : [new("probabilities", "FP32", [-1, pair.RequireClassifier().Dimensions]), new("label", "BYTES", [-1])],
            new Dictionary<string, string> { ["digest"] = manifest.Digest, ["image_also_as"] = $"UINT8, FP16 or FP32 (0 to 1) of [-1, 3, {side}, {side}], or one encoded image as UINT8 of [-1]" }));
    }

    private static Ok<ModelReady> ModelIsReady(HttpContext context, Serving serving, string model, string? version = null)
    {
        using Lease<ServingPair> lease = Acquire(context, serving, model, version);
        if (model == Classifier) _ = lease.Value.RequireClassifier();
        return TypedResults.Ok(new ModelReady(model, true));
    }

    private static async Task InferAsync(HttpContext context, InferBody body, ImageEmbedding embedding, Serving serving, string model, string? version = null)
    {
        serving.RefuseWithoutGeneration();
        (InferRequest request, ReadOnlyMemory<byte> tail, bool isRaw) = await body.ReadAsync(context);
        using Lease<ServingPair> lease = Acquire(context, serving, model, version);
        ServingPair pair = lease.Value;
        IInferenceEngine? classifier = model == Classifier ? pair.RequireClassifier() : null;
        RequestTiming timing = RequestTiming.Of(context);
        GivenImages images = body.Images(request, tail, isRaw, pair.Manifest.Preprocessing.Size);
        context.CountImages(images.Count);
        EmbeddedImage[] embedded = images.Encoded is { } encoded
            ? await embedding.EmbedAsync(pair, encoded, timing, context.RequestAborted)
            : await embedding.EmbedPixelsAsync(pair, images.Pixels!, images.Count, timing, context.RequestAborted);
        for (int index = 0; index < embedded.Length; index++)
        {
            if (embedded[index].Error is { } error) throw ImageFaults.Alone(error with { Message = $"Image {index}: {error.Message}" });
        }
        float[][] vectors = [.. embedded.Select(image => image.Vector!)];
        await InferAnswer.WriteAsync(context.Response, model, pair.Manifest, request, isRaw, classifier is null
            ? [new OutputTensor("embedding", [images.Count, pair.Manifest.Dimensions], [.. vectors.SelectMany(vector => vector)], [])]
            : Classes(classifier, pair.Manifest.Labels, vectors));
    }

    private static OutputTensor[] Classes(IInferenceEngine classifier, IReadOnlyList<string> labels, float[][] vectors)
    {
        float[] probabilities = Classification.Probabilities(classifier, vectors);
        return
        [
            new OutputTensor("probabilities", [vectors.Length, labels.Count], probabilities, []),
            new OutputTensor("label", [vectors.Length], [], [.. probabilities.Chunk(labels.Count).Select(row => labels[Array.IndexOf(row, row.Max())])]),
        ];
    }

    private static Lease<ServingPair> Acquire(HttpContext context, Serving serving, string model, string? version)
    {
        if (model is not (Encoder or Classifier)) throw NoModel($"There is no model '{model}'; there are '{Encoder}' and '{Classifier}'.");
        Lease<ServingPair> lease = serving.Acquire(context);
        string number = lease.Value.Manifest.Number.ToString(CultureInfo.InvariantCulture);
        if (version is null || version == number) return lease;
        lease.Dispose();
        throw NoModel($"Version '{version}' does not serve; version '{number}' does.");
    }

    private static ProblemException NoModel(string detail) => new(StatusCodes.Status404NotFound, ErrorCode.ModelNotFound, detail);

    private static RouteHandlerBuilder ProducesErrors(this RouteHandlerBuilder builder, params int[] statuses)
    {
        foreach (int status in statuses) builder.Produces<OpenInferenceError>(status);
        return builder;
    }
}
