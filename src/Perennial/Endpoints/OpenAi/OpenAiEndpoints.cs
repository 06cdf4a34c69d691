using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Access;
using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;
using Perennial.Inference.Swapping;
using Perennial.Telemetry;

namespace Perennial.Endpoints.OpenAi;

/// <summary><c>POST /v1/embeddings</c> and <c>GET /v1/models</c>: for programs that speak OpenAI's API already. The inputs are images as data: URIs.</summary>
internal static class OpenAiEndpoints
{
    /// <summary>Where these calls are, and errors have OpenAI's shape.</summary>
    public const string Prefix = "/v1";

    /// <summary>The encoder that serves, whichever it is.</summary>
    public const string Encoder = "encoder";

    public static IEndpointRouteBuilder MapOpenAi(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Prefix + "/embeddings", EmbedAsync)
            .RequireScope(Scope.Infer)
            .AnsweredBy(Encoder)
            .TakesJson<OpenAiEmbeddingsRequest>()
            .ProducesErrors(400, 413, 415, 422, 429, 503)
            .WithName("openai-embeddings").WithTags("OpenAI")
            .WithSummary("Embed images")
            .WithDescription("As OpenAI's embeddings call, with images (data: URIs) in place of texts. An image that cannot be used refuses the request. The answer's 'model' is the digest of the embedding space.");
        routes.MapGet(Prefix + "/models", Models)
            .RequireScope(Scope.Infer)
            .ProducesErrors(503)
            .WithName("openai-models").WithTags("OpenAI")
            .WithSummary("List models")
            .WithDescription("The encoder under its name and under the digest of its embedding space.");
        return routes;
    }

    private static async Task<Ok<OpenAiEmbeddingsResponse>> EmbedAsync(HttpContext context, JsonBody json, ImageEmbedding embedding, Serving serving)
    {
        serving.RefuseWithoutGeneration();
        OpenAiEmbeddingsRequest request = await json.ReadAsync<OpenAiEmbeddingsRequest>(context);
        if (request.Input.Count == 0) throw ProblemException.Invalid("'input' is empty; send at least one image as a data: URI.");
        context.CountImages(request.Input.Count);

        using Lease<ServingPair> lease = serving.Acquire(context);
        ServingPair pair = lease.Value;
        GenerationManifest manifest = pair.Manifest;
        if (request.Model is { } model && model != Encoder && model != manifest.Digest)
            throw new ProblemException(StatusCodes.Status404NotFound, ErrorCode.ModelNotFound, $"There is no model '{model}' here; known are '{Encoder}' and '{manifest.Digest}'.");
        int kept = EmbeddingValues.Kept(request.Dimensions, manifest.Dimensions);
        EmbeddedImage[] embedded = await embedding.EmbedAsync(pair, request.Input, RequestTiming.Of(context), context.RequestAborted);
        for (int index = 0; index < embedded.Length; index++)
        {
            if (embedded[index].Error is { } error) throw ImageFaults.Alone(error with { Message = $"Image {index} of 'input': {error.Message}" });
        }
        EncodingFormat format = request.EncodingFormat ?? EncodingFormat.Float;
        return TypedResults.Ok(new OpenAiEmbeddingsResponse("list",
            [.. embedded.Select((image, index) => new OpenAiEmbedding("embedding", index, EmbeddingValues.Of(image.Vector!, kept, format)))],
            manifest.Digest, new OpenAiUsage(0, 0)));
    }

    private static Ok<OpenAiModels> Models(HttpContext context, Serving serving)
    {
        using Lease<ServingPair> lease = serving.Acquire(context);
        GenerationManifest manifest = lease.Value.Manifest;
        long created = manifest.Created.ToUnixTimeSeconds();
        return TypedResults.Ok(new OpenAiModels("list", [.. new[] { Encoder, manifest.Digest }.Select(id => new OpenAiModel(id, "model", created, "perennial"))]));
    }

    private static RouteHandlerBuilder ProducesErrors(this RouteHandlerBuilder builder, params int[] statuses)
    {
        foreach (int status in statuses) builder.Produces<OpenAiError>(status);
        return builder;
    }
}
