using System.Numerics.Tensors;
using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Access;
using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Search;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;
using Perennial.Inference.Swapping;
using Perennial.Telemetry;

namespace Perennial.Endpoints;

/// <summary><c>POST /search</c>.</summary>
internal static class SearchEndpoints
{
    private static readonly QueryParameter K = new("k", "How many hits, for an image that is the whole body; JSON has its own member.") { Range = (1, SearchRequest.MostHits), Default = "10" };

    public static IEndpointRouteBuilder MapSearch(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/search", SearchAsync)
            .RequireScope(Scope.Infer)
            .AnsweredBy("encoder")
            .TakesImages<SearchRequest>()
            .TakesQuery(K)
            .ProducesProblems(400, 404, 409, 413, 415, 422, 429, 503)
            .WithName("search").WithTags("Inference")
            .WithSummary("Find similar images")
            .WithDescription("By image, by id of an image of the corpus (which is left out of its own hits), or by vector. A vector of a generation with another "
                + "encoder is refused with 409 generation_mismatch. Scores are cosines; images that were added a moment ago may not be indexed yet.");
        return routes;
    }

    private static async Task<Ok<SearchResponse>> SearchAsync(
        HttpContext context, ImageForms forms, JsonBody json, ImageEmbedding embedding, ImageCorpus corpus, GenerationStore generations, Serving serving)
    {
        int? k = K.Number(context.Request);
        serving.RefuseWithoutGeneration();
        SearchRequest request = JsonBody.IsJson(context.Request) ? await json.ReadAsync<SearchRequest>(context) : OfImage(await forms.ReadAsync(context), k);
        Check(request);
        if (request.Vector is null) context.CountImages(1);

        using Lease<ServingPair> lease = serving.Acquire(context);
        ServingPair pair = lease.Value;
        float[] query = request switch
        {
            { Id: { } id } => await pair.Collection.FindVectorAsync(id, context.RequestAborted)
                ?? await EmbedAsync(new ImageData(corpus.ReadOriginal(id) ?? throw ProblemException.NotFound("There is no image with this id."), null)),
            { Vector: { } vector } => UnitVector(vector, request.Generation, pair.Manifest, generations),
            _ => await EmbedAsync(request.Image!.Data),
        };

        using (RequestTiming.Of(context).Measure(Stage.Search))
        {
            int wanted = request.Id is null ? request.K : request.K + 1;
            IReadOnlyList<SearchHit> hits = await pair.Collection.SearchAsync(query, wanted, FilterOf(request.Filter), context.RequestAborted);
            return TypedResults.Ok(new SearchResponse(pair.Manifest.Number, pair.Manifest.Digest, [.. hits.Where(hit => hit.Id != request.Id).Take(request.K)]));
        }

        async Task<float[]> EmbedAsync(ImageData image)
        {
            EmbeddedImage embedded = (await embedding.EmbedAsync(pair, [image], RequestTiming.Of(context), context.RequestAborted))[0];
            return embedded.Vector ?? throw ImageFaults.Alone(embedded.Error!);
        }
    }

    private static SearchRequest OfImage(IReadOnlyList<ImageData> images, int? k) => images is [{ } only]
        ? new SearchRequest { Image = new InlineImage { Data = only }, K = k ?? SearchRequest.UsualHits }
        : throw ProblemException.Invalid("A search takes one image.");

    private static void Check(SearchRequest request)
    {
        int ways = (request.Image is null ? 0 : 1) + (request.Id is null ? 0 : 1) + (request.Vector is null ? 0 : 1);
        if (ways != 1) throw ProblemException.Invalid("Give exactly one of 'image', 'id' and 'vector'.");
        if (request.Vector is null != request.Generation is null) throw ProblemException.Invalid("'vector' and 'generation' go together: name the generation that made the vector.");
        if (request.K is < 1 or > SearchRequest.MostHits) throw ProblemException.Invalid($"'k' is {request.K}; it must be from 1 to {SearchRequest.MostHits}.");
    }

    private static float[] UnitVector(IReadOnlyList<float> given, int? generation, GenerationManifest serving, GenerationStore generations)
    {
        if (generation != serving.Number && DigestOf(generation!.Value, generations) != serving.Digest)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, ErrorCode.GenerationMismatch,
                $"The vector is of generation {generation}, and generation {serving.Number} serves with another encoder: their vectors cannot be compared. Embed the image again.");
        }
        if (given.Count != serving.Dimensions) throw ProblemException.Invalid($"The vector has {given.Count} components; generation {serving.Number} has {serving.Dimensions}.");
        float[] vector = [.. given];
        float norm = TensorPrimitives.Norm<float>(vector);
        if (!float.IsFinite(norm) || norm == 0) throw ProblemException.Invalid("The vector has no direction: its length is zero or not finite.");
        TensorPrimitives.Divide(vector, norm, vector);
        return vector;
    }

    private static string? DigestOf(int generation, GenerationStore generations)
    {
        try
        {
            return generation < 1 ? null : generations.Find(generation)?.Manifest.Digest;
        }
        catch (GenerationException)
        {
            return null; // damaged: nothing can be said of its vectors
        }
    }

    private static SearchFilter? FilterOf(SearchFilterRequest? filter) => filter is null or { Label: null, Metadata: null or { Count: 0 } }
        ? null
        : new SearchFilter(filter.Label, filter.Metadata?.ToDictionary(member => member.Key, member => member.Value ?? throw NullMember(member.Key), StringComparer.Ordinal));

    private static ProblemException NullMember(string name) => ProblemException.Invalid($"filter.metadata.{name} is null; give the value that the metadata must have.");
}
