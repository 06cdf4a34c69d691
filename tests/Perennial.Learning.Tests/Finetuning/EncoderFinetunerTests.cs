using Perennial.Core.Corpus;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;
using Perennial.Learning.Tests.Export;
using Perennial.Learning.Tests.Pretraining;

namespace Perennial.Learning.Tests.Finetuning;

/// <summary>Alone in the process: initial weights come from torch's global generator.</summary>
[Collection(nameof(PretrainerTests))]
public sealed class EncoderFinetunerTests : IDisposable
{
    private const int Images = 60;

    private readonly TileSet _tiles = SampleTiles.Make(Images);

    [Fact]
    public void The_encoder_is_held_still_until_it_is_released()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 16);
        float[] before = Weights(encoder);
        List<FinetuneProgress> seen = [];
        var options = new FinetuneOptions { Epochs = 2, UnfreezeAfterEpoch = 2, BatchSize = 16 };
        using (Train(encoder, options, seen)) Assert.Equal(before, Weights(encoder));
        Assert.All(seen, progress => Assert.False(progress.EncoderTrains));

        seen.Clear();
        using FinetuneOutcome outcome = Train(encoder, options with { Epochs = 6, UnfreezeAfterEpoch = 1, LearningRate = 0.01 }, seen);
        Assert.Equal([false, true], seen.Select(progress => progress.EncoderTrains).Take(2));
        if (outcome.BestEpoch > 1) Assert.NotEqual(before, Weights(encoder));
    }

    [Fact]
    public void The_best_epochs_weights_are_kept_and_give_its_validation_accuracy()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 16);
        List<FinetuneProgress> seen = [];
        using FinetuneOutcome outcome = Train(encoder, new FinetuneOptions { Epochs = 12, BatchSize = 16, LearningRate = 0.003, Patience = 4 }, seen);
        Assert.Equal(seen[^1].Epoch, outcome.Epochs);
        Assert.True(outcome.Epochs == 12 || outcome.Epochs - outcome.BestEpoch == 4, $"{outcome.BestEpoch} of {outcome.Epochs}");
        Assert.Equal(6, outcome.ValidationImages); // two of each of the three classes
        if (outcome.BestEpoch == 0) return;
        Assert.Equal(seen[outcome.BestEpoch - 1].ValidationAccuracy, outcome.ValidationAccuracy);
        Assert.Equal(seen.Min(progress => progress.ValidationLoss), seen[outcome.BestEpoch - 1].ValidationLoss);
        Assert.False(encoder.training);
    }

    [Fact]
    public void Training_all_layers_fits_what_it_is_shown()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 16);
        List<FinetuneProgress> seen = [];
        using FinetuneOutcome outcome = Train(encoder, new FinetuneOptions { Epochs = 30, BatchSize = 18, LearningRate = 0.01, LayerDecay = 1, Patience = 30 }, seen);
        Assert.True(seen[^1].Loss < 0.5 * seen[0].Loss, $"{seen[0].Loss} to {seen[^1].Loss}");
    }

    [Fact]
    public void Layers_near_the_image_have_lower_numbers()
    {
        using Backbone resnet = Backbone.Create(Backbone.Describe("resnet10", 8, 32)), vit = Backbone.Create(Backbone.Describe("vit_tiny", 8, 32));
        Assert.Equal([0, 0, 1, 4], new[] { "conv1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer4.0.bn2.bias" }.Select(resnet.LayerOf));
        Assert.Equal([0, 0, 1, 12, 12], new[] { "cls_token", "patch_embed.proj.weight", "blocks.0.norm1.bias", "blocks.11.mlp.fc2.weight", "norm.weight" }.Select(vit.LayerOf));
        foreach (Backbone backbone in new[] { resnet, vit })
            Assert.All(backbone.named_parameters(), entry => Assert.InRange(backbone.LayerOf(entry.name), 0, backbone.Layers - 1));
    }

    [Fact]
    public void One_class_is_refused()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 16);
        int[] rows = [.. Enumerable.Range(0, Images).Where(row => _tiles.Labels[row] == "class-0")];
        Assert.Throws<ClassifierException>(() => EncoderFinetuner.Train(encoder, _tiles, LabelledRows.Of(_tiles, rows, []).Bank, new FinetuneOptions(), null, TestContext.Current.CancellationToken));
    }

    public void Dispose() => _tiles.Dispose();

    private FinetuneOutcome Train(Encoder encoder, FinetuneOptions options, List<FinetuneProgress> seen) => EncoderFinetuner.Train(
        encoder, _tiles, LabelledRows.Of(_tiles, [.. Enumerable.Range(0, Images)], []).Bank, options, new Reports(seen.Add), TestContext.Current.CancellationToken);

    private static float[] Weights(Encoder encoder) => [.. encoder.parameters().SelectMany(parameter => parameter.ToSingles())];

    private sealed class Reports(Action<FinetuneProgress> seen) : IProgress<FinetuneProgress>
    {
        public void Report(FinetuneProgress value) => seen(value);
    }
}
