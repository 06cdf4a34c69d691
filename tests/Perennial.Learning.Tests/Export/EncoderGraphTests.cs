using Perennial.Core.Images;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export;

public sealed class EncoderGraphTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("resnet10", 8, 32, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("resnet10", 16, 32, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("resnet18", 8, 32, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("resnet18", 16, 32, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("resnet34", 8, 32, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("resnet18", 16, 96, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("resnet50", 8, 32, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("resnet50", 16, 96, OnnxPrecision.Float16, 0.999, 1e-2)]
    [InlineData("vit_tiny", 16, 32, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("vit_small", 8, 96, OnnxPrecision.Float32, 0.99999, 1e-4)]
    [InlineData("vit_tiny", 16, 32, OnnxPrecision.Float16, 0.999, 1e-2)]
    [InlineData("resnet10", 8, 32, OnnxPrecision.Float16, 0.999, 1e-2)]
    [InlineData("resnet18", 16, 32, OnnxPrecision.Float16, 0.999, 1e-2)]
    [InlineData("resnet18", 16, 96, OnnxPrecision.Float16, 0.999, 1e-2)]
    public void The_exported_file_computes_what_torch_computes(string backbone, int width, int size, OnnxPrecision precision, double minCosine, double maxDifference)
    {
        using Encoder encoder = RandomEncoder.Create(backbone, width, size);
        using OnnxFile file = new(EncoderGraph.Build(encoder, precision));
        foreach (int batch in (int[])[1, 3, 16])
        {
            using var scope = NewDisposeScope();
            Tensor images = rand(batch, 3, size, size);
            float[] expected = encoder.call(images).ToSingles();
            float[] actual = file.Run(images.ToSingles(), batch, 3, size, size);
            Agreement agreement = Agreement.Of(expected, actual, batch);
            output.WriteLine($"{backbone} width {width}, {size} px, {precision}, batch {batch}: {agreement}");
            Assert.True(agreement.MinCosine >= minCosine, agreement.ToString());
            Assert.True(agreement.MaxDifference <= maxDifference, agreement.ToString());
        }
    }

    [Fact]
    public void Exporting_twice_and_from_a_copy_gives_the_same_bytes()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using Encoder copy = new(Backbone.Create(encoder.Backbone.Description), encoder.Preprocessing);
        copy.load_state_dict(encoder.state_dict());
        byte[] first = EncoderGraph.Build(encoder, OnnxPrecision.Float32);
        Assert.Equal(first, EncoderGraph.Build(encoder, OnnxPrecision.Float32));
        Assert.Equal(first, EncoderGraph.Build(copy, OnnxPrecision.Float32));
    }

    [Fact]
    public void One_changed_weight_changes_the_bytes()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        byte[] before = EncoderGraph.Build(encoder, OnnxPrecision.Float32);
        using (no_grad()) ((ResNet)encoder.Backbone).Stages[3][0].Layers[1].Conv.weight.view(-1)[0].add_(0.01);
        Assert.NotEqual(before, EncoderGraph.Build(encoder, OnnxPrecision.Float32));
    }

    [Fact]
    public void Weights_in_channels_last_order_give_the_same_bytes()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        byte[] before = EncoderGraph.Build(encoder, OnnxPrecision.Float32);
        ChannelsLast.Convert(encoder);
        Assert.Equal(before, EncoderGraph.Build(encoder, OnnxPrecision.Float32));
    }

    [Fact]
    public void Exporting_leaves_the_encoder_in_training_mode_if_it_was()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        byte[] inEvaluation = EncoderGraph.Build(encoder, OnnxPrecision.Float32);
        encoder.train();
        Assert.Equal(inEvaluation, EncoderGraph.Build(encoder, OnnxPrecision.Float32));
        Assert.True(encoder.training);
    }

    [Theory]
    [InlineData(OnnxPrecision.Float32)]
    [InlineData(OnnxPrecision.Float16)]
    public void Input_and_output_are_float32_with_a_free_batch(OnnxPrecision precision)
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using OnnxFile file = new(EncoderGraph.Build(encoder, precision));
        var input = Assert.Single(file.Session.InputMetadata);
        var embedding = Assert.Single(file.Session.OutputMetadata);
        Assert.Equal(("image", typeof(float)), (input.Key, input.Value.ElementType));
        Assert.Equal([-1, 3, 32, 32], input.Value.Dimensions);
        Assert.Equal("N", input.Value.SymbolicDimensions[0]);
        Assert.Equal(("embedding", typeof(float)), (embedding.Key, embedding.Value.ElementType));
        Assert.Equal([-1, 64], embedding.Value.Dimensions);
        Assert.Equal("perennial", file.Session.ModelMetadata.ProducerName);
    }

    [Fact]
    public void The_float16_file_is_about_half_as_large()
    {
        using Encoder encoder = RandomEncoder.Create("resnet18", 16, 32);
        int full = EncoderGraph.Build(encoder, OnnxPrecision.Float32).Length;
        int half = EncoderGraph.Build(encoder, OnnxPrecision.Float16).Length;
        Assert.InRange(half, full * 0.5, full * 0.55);
    }

    // Features of 1000 have squares beyond float16's 65504; the norm must not be taken in float16.
    [Fact]
    public void Large_features_keep_unit_length_in_float16()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using (no_grad()) ((ResNet)encoder.Backbone).Stages[3][0].Layers[1].Norm.bias!.fill_(1000);
        using OnnxFile file = new(EncoderGraph.Build(encoder, OnnxPrecision.Float16));
        float[] embedding = file.Run([.. Enumerable.Range(0, 3 * 32 * 32).Select(i => i % 7 / 7f)], 1, 3, 32, 32);
        Assert.Equal(1, Math.Sqrt(embedding.Sum(x => (double)x * x)), 1e-5);
    }

    [Fact]
    public void A_dead_network_gives_zeros_as_torch_does_and_never_NaN()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using (no_grad())
        {
            ((ResNet)encoder.Backbone).Stages[3][0].Layers[1].Norm.weight!.zero_();
            ((ResNet)encoder.Backbone).Stages[3][0].Layers[1].Norm.bias!.fill_(-1e6);
        }

        using OnnxFile file = new(EncoderGraph.Build(encoder, OnnxPrecision.Float32));
        Assert.All(file.Run(new float[3 * 32 * 32], 1, 3, 32, 32), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Weights_that_are_not_finite_are_refused()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using (no_grad()) ((ResNet)encoder.Backbone).Conv1.weight.view(-1)[0].fill_(float.NaN);
        var refusal = Assert.Throws<ExportException>(() => EncoderGraph.Build(encoder, OnnxPrecision.Float32));
        Assert.Contains("diverged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_beyond_the_range_of_float16_are_refused_in_float16_only()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using (no_grad()) ((ResNet)encoder.Backbone).Conv1.weight.view(-1)[0].fill_(1e7f);
        Assert.NotEmpty(EncoderGraph.Build(encoder, OnnxPrecision.Float32));
        Assert.Throws<ExportException>(() => EncoderGraph.Build(encoder, OnnxPrecision.Float16));
    }

    [Fact]
    public void The_preprocessing_of_the_record_is_in_the_graph()
    {
        Preprocessing preprocessing = new() { Size = 32, Mean = [0.1f, 0.2f, 0.3f], Std = [0.5f, 0.7f, 0.9f] };
        using Encoder encoder = new(Backbone.Create(Backbone.Describe("resnet10", 8, 32)), preprocessing);
        encoder.eval();
        using OnnxFile file = new(EncoderGraph.Build(encoder, OnnxPrecision.Float32));
        using var scope = NewDisposeScope();
        Tensor images = rand(2, 3, 32, 32);
        Tensor normalised = (images - tensor(preprocessing.Mean, [1, 3, 1, 1])) / tensor(preprocessing.Std, [1, 3, 1, 1]);
        Tensor features = encoder.Backbone.call(normalised);
        Tensor expected = features / features.norm(1, keepdim: true, p: 2);
        Assert.True(Agreement.Of(expected.ToSingles(), file.Run(images.ToSingles(), 2, 3, 32, 32), 2).MaxDifference < 1e-5);
    }
}
