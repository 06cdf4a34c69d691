using System.Text.Json.Nodes;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed class ClassifyTests
{
    private readonly TinyEncoder _encoder = new(size: 8);

    [Fact]
    public async Task Before_the_first_finetuning_there_is_no_classifier()
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = _encoder });
        await server.Http.PostImageAsync("/classify", Pictures.Png(1, 2, 3)).ProblemAsync(409, "no_classifier");
    }

    [Fact]
    public async Task Labels_and_probabilities_are_those_of_plain_arithmetic_the_most_probable_first()
    {
        TinyClassifier classifier = new(classes: 7);
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = _encoder, Classifier = classifier });
        JsonObject answer = await server.Http.PostFilesAsync("/classify?top=3", Pictures.Png(200, 10, 10), "no image"u8.ToArray(), Pictures.Png(10, 10, 200)).ReadAsync();
        Assert.Equal(1, (int?)answer["generation"]);
        Assert.Equal(server.Pair.Manifest.Digest, (string?)answer["digest"]);
        JsonArray predictions = answer["predictions"]!.AsArray();
        AssertTop(classifier, Pictures.Tile(8, 200, 10, 10), predictions[0]!);
        Assert.Equal("unsupported_image", (string?)predictions[1]!["error"]!["code"]);
        AssertTop(classifier, Pictures.Tile(8, 10, 10, 200), predictions[2]!);
    }

    [Fact]
    public async Task All_classes_sum_to_one_and_five_are_answered_unless_asked()
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = _encoder, Classifier = new TinyClassifier(classes: 7) });
        JsonArray all = (await server.Http.PostImageAsync("/classify?top=1000", Pictures.Png(1, 2, 3)).ReadAsync())["predictions"]![0]!["labels"]!.AsArray();
        Assert.Equal(7, all.Count);
        Assert.Equal(1.0, all.Sum(label => (double)label!["score"]!), 1e-5);
        Assert.Equal(5, (await server.Http.PostImageAsync("/classify", Pictures.Png(1, 2, 3)).ReadAsync())["predictions"]![0]!["labels"]!.AsArray().Count);
    }

    private void AssertTop(TinyClassifier classifier, float[] tile, JsonNode prediction)
    {
        var expected = classifier.Classify(_encoder.Embed(tile)).Select((score, c) => (Label: $"class {c}", Score: score)).OrderByDescending(x => x.Score).Take(3).ToArray();
        JsonArray labels = prediction["labels"]!.AsArray();
        Assert.Equal(expected.Select(x => x.Label), labels.Select(label => (string)label!["label"]!));
        for (int i = 0; i < 3; i++) Assert.Equal(expected[i].Score, (float)labels[i]!["score"]!, 1e-5f);
    }
}
