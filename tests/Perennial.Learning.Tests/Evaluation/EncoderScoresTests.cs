using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Tests.Pretraining;

namespace Perennial.Learning.Tests.Evaluation;

public sealed class EncoderScoresTests : IDisposable
{
    private static readonly int[] Train = [.. Enumerable.Range(0, 20)], Test = [.. Enumerable.Range(20, 10)];

    private readonly TileSet _tiles = SampleTiles.Make(30);
    private readonly Encoder _encoder = new(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_same_encoder_gets_the_same_scores_and_stays_as_it_was()
    {
        _encoder.train();
        Scores first = EncoderScores.Measure(_encoder, _tiles, Train, Test, Token), second = EncoderScores.Measure(_encoder, _tiles, Train, Test, Token);
        Assert.Equal(first, second);
        Assert.True(_encoder.training);
        Assert.Equal((10, 10), (first.TestImages, first.LabelledTestImages));
        Assert.InRange(first.KnnAccuracy!.Value, 0, 1);
        Assert.InRange(first.RankMe, 1, 10);
        Assert.InRange(first.Uniformity, -8, 0);
    }

    [Fact]
    public void What_is_measured_is_the_encoder_as_it_answers()
    {
        _encoder.train(); // batch statistics would tell the batches of 4 and 10 apart
        Embeddings all = EncoderRunner.Embed(_encoder, _tiles, Test, Token), some = EncoderRunner.Embed(_encoder, _tiles, Test[..4], Token);
        for (int row = 0; row < 4; row++)
        {
            Assert.Equal(some.Row(row).ToArray(), all.Row(row).ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
            double length = 0;
            foreach (float value in all.Row(row)) length += value * value;
            Assert.Equal(1, length, 1e-5);
        }
    }

    [Fact]
    public void One_held_out_image_is_too_few() =>
        Assert.Contains("too few", Assert.Throws<TrainingException>(() => EncoderScores.Measure(_encoder, _tiles, Train, [25], Token)).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_two_classes_there_is_no_accuracy()
    {
        int[] one = [.. Train.Where(row => row % 3 == 0)];
        Scores scores = EncoderScores.Measure(_encoder, _tiles, one, Test, Token);
        Assert.Null(scores.KnnAccuracy);
        Assert.Null(scores.LinearAccuracy);
    }

    public void Dispose()
    {
        _tiles.Dispose();
        _encoder.Dispose();
    }
}
