using NetVips;
using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Learning.Export;
using Perennial.Learning.Export.Onnx;
using Perennial.Learning.Export.Quantization;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export.Quantization;

/// <summary>An encoder with random weights, quantised with ranges of a few pictures: its file beside what torch computes for it.</summary>
internal sealed class QuantizedSample : IDisposable
{
    private readonly IIntegerBackbone _integers;

    public QuantizedSample(Encoder encoder, bool floatImages = false, int images = 32)
    {
        Encoder = encoder;
        using IQuantizableBackbone backbone = encoder.Backbone is ResNet network ? new QuantizableResNet(network) : new QuantizableVisionTransformer((VisionTransformer)encoder.Backbone);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        ActivationRanges ranges = new();
        Pictures = rand(images, 3, encoder.Preprocessing.Size, encoder.Preprocessing.Size).DetachFromDisposeScope();
        Pictures[..(images / 2)].mul_(linspace(0, 1, encoder.Preprocessing.Size)); // shaded, not only noise
        backbone.Observe(Normalised(Pictures), ranges);
        ranges.Spread();
        backbone.Observe(Normalised(Pictures), ranges);
        Scales = ranges.Scales(new CalibrationMethod(99.99));
        if (encoder.Backbone is ResNet && !floatImages) Scales[QuantizedGraph.ImagesPoint] = ActivationScale.Of(-2.2f, 2.7f);
        _integers = backbone.Quantize(Scales);
        File = EncoderGraph.Build(encoder, "int8", (graph, x) => backbone.Append(graph, x, Scales));
    }

    public QuantizedSample(string backbone, int width, int size, bool floatImages = false)
        : this(Seeded(backbone, width, size), floatImages)
    {
    }

    public Encoder Encoder { get; }

    /// <summary>[N, 3, S, S].</summary>
    public Tensor Pictures { get; }

    public Dictionary<string, ActivationScale> Scales { get; }

    public byte[] File { get; }

    public ModelProto Model => ModelProto.Parser.ParseFrom(File);

    /// <summary>Embeddings by torch's integers, [N, D].</summary>
    public float[] Simulated(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return nn.functional.normalize(_integers.Features(Normalised(images)), p: 2, dim: 1).ToSingles();
    }

    /// <summary>Pictures of three classes that any network tells apart (dark, grey, bright, each with noise), one in four held out.</summary>
    public static CalibrationImages Images(int count, int size)
    {
        TileSet tiles = TileSet.Decode(
            Enumerable.Range(0, count).Select(i => new TileSource($"image-{i}", $"class-{i % 3}", Split.Train, () => Png(i, size))),
            new Preprocessing { Size = size }, new ImageLimits(), cachePath: null, decoded: null, TestContext.Current.CancellationToken);
        return new(tiles, [.. Enumerable.Range(0, count).Where(row => row % 4 != 0)], [.. Enumerable.Range(0, count).Where(row => row % 4 == 0)]);
    }

    private static Encoder Seeded(string backbone, int width, int size)
    {
        random.manual_seed(5);
        return RandomEncoder.Create(backbone, width, size);
    }

    private static byte[] Png(int number, int size)
    {
        var random = new Random(number);
        byte[] pixels = [.. Enumerable.Range(0, size * size * 3).Select(_ => (byte)(20 + number % 3 * 80 + random.Next(60)))];
        using var image = Image.NewFromMemory(pixels, size, size, 3, Enums.BandFormat.Uchar);
        using var interpreted = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return interpreted.PngsaveBuffer();
    }

    public void Dispose()
    {
        _integers.Dispose();
        Pictures.Dispose();
        Encoder.Dispose();
    }

    private Tensor Normalised(Tensor images) => EncoderGraph.Normalised(images, Encoder.Preprocessing);
}
