using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Access;
using Perennial.Background;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;
using Perennial.Inference.Swapping;
using Perennial.Telemetry;

namespace Perennial.Endpoints;

/// <summary><c>POST /embed</c>.</summary>
internal static class EmbedEndpoints
{
    private static readonly QueryParameter Dimensions = new("dimensions", "Keep the first so many components and normalise anew.") { Range = (1, 65_536), Default = "all" };
    private static readonly QueryParameter Encoding = new("encoding_format", "How embeddings are written.") { Words = ["float", "base64"], Default = "float" };

    public static IEndpointRouteBuilder MapEmbed(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/embed", EmbedAsync)
            .RequireScope(Scope.Infer)
            .AnsweredBy("encoder")
            .TakesImages<EmbedRequest>()
            .TakesQuery(Dimensions, Encoding)
            .ProducesProblems(400, 413, 415, 422, 429, 503)
            .WithName("embed").WithTags("Inference")
            .WithSummary("Embed images")
            .WithDescription("Unit-length embeddings of one image or of several. Images that cannot be used get an error each; when all are such, the answer is a problem.");
        return routes;
    }

    private static async Task<Ok<EmbedResponse>> EmbedAsync(HttpContext context, ImageForms forms, JsonBody json, ImageEmbedding embedding, Serving serving)
    {
        int? dimensions = Dimensions.Number(context.Request);
        EncodingFormat? format = Encoding.Text(context.Request) is { } word ? Enum.Parse<EncodingFormat>(word, ignoreCase: true) : null;
        serving.RefuseWithoutGeneration();
        IReadOnlyList<ImageData> images;
        if (JsonBody.IsJson(context.Request))
        {
            EmbedRequest request = await json.ReadAsync<EmbedRequest>(context);
            images = request.Images.NotEmpty(image => image.Data);
            (dimensions, format) = (request.Dimensions ?? dimensions, request.EncodingFormat ?? format);
        }
        else
        {
            images = await forms.ReadAsync(context);
        }
        context.CountImages(images.Count);

        using Lease<ServingPair> lease = serving.Acquire(context);
        ServingPair pair = lease.Value;
        int kept = EmbeddingValues.Kept(dimensions, pair.Manifest.Dimensions);
        EmbeddedImage[] embedded = await embedding.EmbedAsync(pair, images, RequestTiming.Of(context), context.RequestAborted);
        ImageFaults.ThrowIfAll([.. embedded.Select(item => item.Error)]);
        return TypedResults.Ok(new EmbedResponse(pair.Manifest.Number, pair.Manifest.Digest, kept,
            [.. embedded.Select((item, index) => new EmbeddingItem { Index = index, Embedding = item.Vector is { } vector ? EmbeddingValues.Of(vector, kept, format ?? EncodingFormat.Float) : null, Error = item.Error })]));
    }
}
