using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Perennial.Access;
using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;
using Perennial.Inference.Swapping;
using Perennial.Telemetry;

namespace Perennial.Endpoints;

/// <summary><c>/images</c>: the corpus.</summary>
internal static class ImagesEndpoints
{
    private static readonly QueryParameter Label = new("label", "Label of all images of this request that bring none themselves, 1 to 200 characters.");
    private static readonly QueryParameter Metadata = new("metadata", "A JSON object of at most 16 KiB, for all images of this request that bring none themselves.");
    private static readonly QueryParameter Size = new("size", "Longest side in pixels of a JPEG thumbnail.") { Range = (8, 4096), Default = "the original, byte for byte" };

    public static IEndpointRouteBuilder MapImages(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder images = routes.MapGroup("/images").WithTags("Images");
        images.MapPost("/", AddAsync)
            .RequireScope(Scope.Write)
            .TakesImages<AddImagesRequest>()
            .TakesQuery(Label, Metadata)
            .ProducesProblems(400, 413, 415, 422, 429)
            .WithName("add_images").WithSummary("Add images")
            .WithDescription("What the answer names is durable. Idempotent: the id is the SHA-256 of the bytes, and a duplicate keeps its first label and metadata unless it had none.");
        images.MapGet("/{id}", Find)
            .RequireScope(Scope.Infer).TakesQuery().ProducesProblems(404)
            .WithName("get_image").WithSummary("The record of an image");
        images.MapGet("/{id}/content", ContentAsync)
            .RequireScope(Scope.Infer).TakesQuery(Size).ProducesImage().ProducesProblems(400, 404, 429)
            .WithName("get_image_content").WithSummary("The image itself, or a thumbnail");
        images.MapPut("/{id}/label", SetLabelAsync)
            .RequireScope(Scope.Write).TakesQuery().TakesJson<LabelRequest>().ProducesProblems(400, 404, 415)
            .WithName("set_label").WithSummary("Label an image, or take its label away");
        images.MapDelete("/{id}", DeleteAsync)
            .RequireScope(Scope.Write).TakesQuery().ProducesProblems(404)
            .WithName("delete_image").WithSummary("Remove an image from the corpus, the index and future runs");
        return routes;
    }

    private static async Task<Created<AddImagesResponse>> AddAsync(HttpContext context, ImageForms forms, JsonBody json, ImageCorpus corpus, Gates gates)
    {
        string? label = Label.Text(context.Request);
        if (Annotations.ProblemOfLabel(label) is { } fault) throw ProblemException.Invalid(fault);
        JsonObject? metadata = ParseMetadata(Metadata.Text(context.Request));
        IReadOnlyList<NewImage> images = JsonBody.IsJson(context.Request)
            ? (await json.ReadAsync<AddImagesRequest>(context)).Images
            : [.. (await forms.ReadAsync(context)).Select(data => new NewImage { Data = data })];
        _ = images.NotEmpty(image => image.Data);
        context.CountImages(images.Count);

        AddedImage[] added;
        using (await gates.Writing.EnterAsync(context.RequestAborted))
        using (RequestTiming.Of(context).Measure(Stage.Store))
        {
            Queue<AddOutcome> outcomes = new(corpus.Add([.. images.Where(image => image.Data.Error is null)
                .Select(image => new IncomingImage(image.Data.Bytes, image.Label ?? label, image.Metadata ?? metadata?.DeepClone().AsObject()))]));
            added = [.. images.Select(image => image.Data.Error is { } error ? new AddedImage { Error = error } : ToAnswer(outcomes.Dequeue()))];
        }
        foreach (AddedImage image in added)
            CorpusMetrics.ImagesReceived.WithLabels(image.Error?.Code ?? (image.Duplicate == true ? "duplicate" : "stored")).Inc();
        ImageFaults.ThrowIfAll([.. added.Select(image => image.Error)]);
        return TypedResults.Created(added is [{ Id: { } id }] ? $"/images/{id}" : null, new AddImagesResponse(added));
    }

    private static Ok<ImageRecord> Find(string id, ImageCorpus corpus) => TypedResults.Ok(corpus.Find(id) ?? throw Unknown());

    private static async Task<Results<FileContentHttpResult, PhysicalFileHttpResult>> ContentAsync(HttpContext context, string id, ImageCorpus corpus, Gates gates)
    {
        int? size = Size.Number(context.Request);
        ImageRecord image = corpus.Find(id) ?? throw Unknown();
        context.Response.Headers.CacheControl = "private, max-age=86400";
        if (size is not { } side)
        {
            string path = corpus.OriginalPath(id) ?? throw Unknown();
            return TypedResults.PhysicalFile(path, $"image/{image.Format}", entityTag: new EntityTagHeaderValue($"\"{id}\""), enableRangeProcessing: true);
        }
        byte[] original = corpus.ReadOriginal(id) ?? throw Unknown();
        using (await gates.Writing.EnterAsync(context.RequestAborted))
        {
            return TypedResults.Bytes(ImageDecoder.Thumbnail(original, side, corpus.Limits), "image/jpeg", entityTag: new EntityTagHeaderValue($"\"{id}-{side}\""));
        }
    }

    private static async Task<NoContent> SetLabelAsync(HttpContext context, string id, JsonBody json, ImageCorpus corpus)
    {
        LabelRequest request = await json.ReadAsync<LabelRequest>(context);
        if (Annotations.ProblemOfLabel(request.Label) is { } fault) throw ProblemException.Invalid(fault);
        return corpus.SetLabel(id, request.Label) ? TypedResults.NoContent() : throw Unknown();
    }

    private static async Task<NoContent> DeleteAsync(string id, ImageCorpus corpus, Serving serving)
    {
        if (!corpus.Delete(id)) throw Unknown();
        using Lease<ServingPair>? lease = serving.TryAcquire();
        if (lease is not null) await lease.Value.Collection.DeleteAsync([id], CancellationToken.None); // at once; the followers would do it a moment later
        return TypedResults.NoContent();
    }

    private static AddedImage ToAnswer(AddOutcome outcome) => outcome.Id is null
        ? new AddedImage { Error = new ItemError(outcome.ErrorCode!, outcome.ErrorMessage!) }
        : new AddedImage { Id = outcome.Id, Duplicate = outcome.Duplicate, Width = outcome.Width, Height = outcome.Height };

    private static JsonObject? ParseMetadata(string? text)
    {
        if (text is null) return null;
        try
        {
            JsonObject? metadata = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = Annotations.DeepestMetadata, AllowDuplicateProperties = false }) as JsonObject;
            if (metadata is null) throw ProblemException.Invalid("'metadata' must be a JSON object.");
            return Annotations.ProblemOfMetadata(metadata) is { } fault ? throw ProblemException.Invalid(fault) : metadata;
        }
        catch (JsonException)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, ErrorCode.InvalidJson, $"'metadata' is not a JSON object with at most {Annotations.DeepestMetadata} levels in which no name is given twice.");
        }
    }

    private static ProblemException Unknown() => ProblemException.NotFound("There is no image with this id.");
}
