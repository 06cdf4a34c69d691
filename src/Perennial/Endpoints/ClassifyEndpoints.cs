using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Access;
using Perennial.Background;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Perennial.Telemetry;

namespace Perennial.Endpoints;

/// <summary><c>POST /classify</c>.</summary>
internal static class ClassifyEndpoints
{
    private const int UsualLabels = 5;

    private static readonly QueryParameter Top = new("top", "How many labels an image gets, the most probable ones.") { Range = (1, 1000), Default = "5" };

    public static IEndpointRouteBuilder MapClassify(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/classify", ClassifyAsync)
            .RequireScope(Scope.Infer)
            .AnsweredBy("classifier")
            .TakesImages<ClassifyRequest>()
            .TakesQuery(Top)
            .ProducesProblems(400, 409, 413, 415, 422, 429, 503)
            .WithName("classify").WithTags("Inference")
            .WithSummary("Classify images")
            .WithDescription("The most probable labels of each image. 409 no_classifier before the first finetuning (POST /admin/runs with kind finetune).");
        return routes;
    }

    private static async Task<Ok<ClassifyResponse>> ClassifyAsync(HttpContext context, ImageForms forms, JsonBody json, ImageEmbedding embedding, Serving serving)
    {
        int top = Top.Number(context.Request) ?? UsualLabels;
        serving.RefuseWithoutGeneration();
        IReadOnlyList<ImageData> images = JsonBody.IsJson(context.Request)
            ? (await json.ReadAsync<ClassifyRequest>(context)).Images.NotEmpty(image => image.Data)
            : await forms.ReadAsync(context);
        context.CountImages(images.Count);

        using Lease<ServingPair> lease = serving.Acquire(context);
        ServingPair pair = lease.Value;
        IInferenceEngine classifier = pair.RequireClassifier();
        RequestTiming timing = RequestTiming.Of(context);
        EmbeddedImage[] embedded = await embedding.EmbedAsync(pair, images, timing, context.RequestAborted);
        ImageFaults.ThrowIfAll([.. embedded.Select(item => item.Error)]);
        using (timing.Measure(Stage.Classify))
        {
            return TypedResults.Ok(new ClassifyResponse(pair.Manifest.Number, pair.Manifest.Digest, Predict(classifier, pair.Manifest.Labels, embedded, top)));
        }
    }

    private static IReadOnlyList<Prediction> Predict(IInferenceEngine classifier, IReadOnlyList<string> labels, EmbeddedImage[] embedded, int top)
    {
        float[] output = Classification.Probabilities(classifier, [.. embedded.Where(item => item.Vector is not null).Select(item => item.Vector!)]); // [N, C]
        Prediction[] predictions = new Prediction[embedded.Length];
        for (int index = 0, row = 0; index < embedded.Length; index++)
        {
            predictions[index] = embedded[index].Error is { } error
                ? new Prediction { Index = index, Error = error }
                : new Prediction { Index = index, Labels = MostProbable(output.AsSpan(row++ * labels.Count, labels.Count), labels, top) };
        }
        return predictions;
    }

    private static IReadOnlyList<LabelScore> MostProbable(ReadOnlySpan<float> probabilities, IReadOnlyList<string> labels, int top)
    {
        LabelScore[] scores = new LabelScore[labels.Count];
        for (int label = 0; label < scores.Length; label++) scores[label] = new LabelScore(labels[label], probabilities[label]);
        return [.. scores.OrderByDescending(score => score.Score).Take(top)]; // stable: equal scores in the order of the classes
    }
}
