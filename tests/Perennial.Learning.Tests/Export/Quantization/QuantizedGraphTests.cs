using Microsoft.ML.OnnxRuntime;
using Perennial.Learning.Export;
using Perennial.Learning.Export.Onnx;
using Perennial.Learning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export.Quantization;

[Collection(nameof(Int8EncoderTests))]
public sealed class QuantizedGraphTests(ITestOutputHelper output)
{
    // What the gate measures in torch is what ONNX Runtime computes: the same whole numbers, but for ties that a last bit decides.
    [Theory]
    [InlineData("resnet10", 16, 32, false)]
    [InlineData("resnet18", 16, 32, false)]
    [InlineData("resnet18", 8, 96, false)]
    [InlineData("resnet18", 16, 96, true)]
    [InlineData("resnet34", 8, 32, true)]
    [InlineData("resnet50", 8, 96, false)]
    [InlineData("vit_tiny", 16, 32, false)]
    public void ONNX_Runtime_computes_what_torch_simulates(string backbone, int width, int size, bool floatImages)
    {
        using QuantizedSample sample = new(backbone, width, size, floatImages);
        using OnnxFile file = new(sample.File);
        int n = (int)sample.Pictures.shape[0];
        float[] simulated = sample.Simulated(sample.Pictures);
        float[] answered = file.Run(sample.Pictures.ToSingles(), n, 3, size, size);
        Agreement agreement = Agreement.Of(simulated, answered, n);
        double mean = simulated.Chunk(simulated.Length / n).Zip(answered.Chunk(simulated.Length / n)).Average(row => Agreement.Of(row.First, row.Second, 1).MinCosine);
        Agreement toFloat = Agreement.Of(Float(sample), simulated, n);
        output.WriteLine($"{backbone} width {width}, {size} px: engine mean {mean}, {agreement}; to float32 {toFloat}");
        Assert.True(mean > 0.9999 && agreement.MinCosine > 0.998, $"{mean}, {agreement}");
        Assert.True(toFloat.MinCosine is > 0.9 and < 0.99999, toFloat.ToString()); // rounded, and not beyond recognition
    }

    [Theory]
    [InlineData("resnet18", 16, 96, false)]
    [InlineData("resnet50", 8, 32, false)]
    [InlineData("resnet10", 8, 32, true)]
    public void ONNX_Runtime_makes_integers_of_every_convolution_and_sum(string backbone, int width, int size, bool floatImages)
    {
        using QuantizedSample sample = new(backbone, width, size, floatImages);
        Dictionary<string, int> before = Operations(sample.Model), after = Operations(Optimised(sample.File));
        output.WriteLine(string.Join(", ", after.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Value} {entry.Key}")));
        int inFloat = floatImages ? 1 : 0;
        Assert.Equal(before["Conv"] - inFloat, after["QLinearConv"]);
        Assert.Equal(before["Add"], after["QLinearAdd"]);
        Assert.Equal(inFloat, after.Where(entry => entry.Key.Contains("Conv", StringComparison.Ordinal) && entry.Key != "QLinearConv").Sum(entry => entry.Value));
        Assert.DoesNotContain("Relu", after.Keys);
        Assert.DoesNotContain("Add", after.Keys);
        Assert.Equal(1, after["QuantizeLinear"]);   // in
        Assert.Equal(1, after["DequantizeLinear"]); // out
    }

    [Fact]
    public void ONNX_Runtime_makes_integers_of_every_fully_connected_layer()
    {
        using QuantizedSample sample = new("vit_tiny", 16, 32);
        Dictionary<string, int> after = Operations(Optimised(sample.File));
        output.WriteLine(string.Join(", ", after.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Value} {entry.Key}")));
        Assert.Equal(12 * 6, after["MatMulIntegerToFloat"]); // q, k, v, projection, two of the perceptron
    }

    [Fact]
    public void The_same_weights_and_scales_give_the_same_bytes()
    {
        random.manual_seed(5);
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        random.manual_seed(3);
        using QuantizedSample first = new(encoder.Copy());
        random.manual_seed(3);
        using QuantizedSample second = new(encoder.Copy());
        Assert.Equal(first.File, second.File);
    }

    [Fact]
    public void The_int8_file_is_about_a_quarter_as_large()
    {
        using QuantizedSample sample = new("resnet18", 16, 32);
        int full = EncoderGraph.Build(sample.Encoder, OnnxPrecision.Float32).Length;
        Assert.InRange(sample.File.Length, full * 0.25, full * 0.31);
    }

    [Theory]
    [InlineData("zero weights")]
    [InlineData("dead activations")]
    [InlineData("an outlier")]
    public void Degenerate_channels_make_no_zero_scale_and_no_NaN(string what)
    {
        random.manual_seed(5);
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        var block = ((ResNet)encoder.Backbone).Stages[1][0];
        using (no_grad())
        {
            (Conv2d conv, BatchNorm2d norm) = block.Layers[0];
            if (what == "zero weights") conv.weight[0].zero_();
            if (what == "dead activations") (_, _) = (norm.weight!.zero_(), norm.bias!.fill_(-1));
            if (what == "an outlier") norm.bias![0].fill_(1e5f);
        }
        using QuantizedSample sample = new(encoder.Copy());
        Assert.All(sample.Scales.Values, scale => Assert.True(scale.Scale > 0 && float.IsFinite(scale.Scale)));
        using OnnxFile file = new(sample.File);
        int n = (int)sample.Pictures.shape[0];
        float[] answers = file.Run(sample.Pictures.ToSingles(), n, 3, 32, 32);
        Assert.All(answers, value => Assert.True(float.IsFinite(value)));
        Assert.True(Agreement.Of(sample.Simulated(sample.Pictures), answers, n).MinCosine > 0.999);
    }

    private static float[] Float(QuantizedSample sample)
    {
        using var scope = NewDisposeScope();
        return sample.Encoder.call(sample.Pictures).ToSingles();
    }

    private static Dictionary<string, int> Operations(ModelProto model) => model.Graph.Node.CountBy(node => node.OpType).ToDictionary();

    private static ModelProto Optimised(byte[] file)
    {
        string path = Path.Combine(Path.GetTempPath(), $"optimised-{Guid.NewGuid():N}.onnx");
        try
        {
            using SessionOptions options = new() { OptimizedModelFilePath = path, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using (new InferenceSession(file, options)) return ModelProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(path));
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }
}
