using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using static TorchSharp.torch;

namespace Perennial.Learning.Export.Quantization;

/// <summary>The way from float32 to int8, told in order.</summary>
/// <param name="Encoder">In evaluation mode.</param>
/// <param name="Backbone">The encoder's.</param>
/// <param name="Images">Calibration and held-out images.</param>
/// <param name="Progress">Told what is being done.</param>
/// <param name="Cancellation">Asked between batches.</param>
internal sealed record Int8Attempt(Encoder Encoder, IQuantizableBackbone Backbone, CalibrationImages Images, IProgress<string>? Progress, CancellationToken Cancellation)
{
    // Images for the ranges and to choose by, half and half; what judges may be more.
    private const int MostCalibration = 512, MostBank = 10_000, MostQueries = 2_000, FewestLabelledQueries = 50;
    private const int BatchPixels = 16 * 224 * 224; // an activation of 64 channels at half the size is then 50 MB
    private const int K = 20;
    private const double Temperature = 0.1;

    /// <param name="probes">P x [3, S, S].</param>
    public Int8Variant Run(float[] probes)
    {
        // :: Step 1: what range each activation has
        int[] rows = Spread(Images.Train, MostCalibration);
        int[] seen = [.. rows.Where((_, i) => i % 2 == 0)], chosenBy = [.. rows.Where((_, i) => i % 2 == 1)];
        ActivationRanges ranges = Observe(seen);

        // :: Step 2: the way of choosing ranges that stays nearest to float32 on other images
        Embeddings exact = EncoderRunner.Embed(Encoder, Images.Tiles, chosenBy, Cancellation);
        Dictionary<string, double> candidates = new(StringComparer.Ordinal);
        (string Name, Dictionary<string, ActivationScale> Scales) best = Choose(ranges, exact, chosenBy, candidates, floatImages: false);
        if (!(candidates[best.Name] >= Int8Gate.LeastMeanCosine) && Backbone.ImagesPoint is not null)
            best = Choose(ranges, exact, chosenBy, candidates, floatImages: true);

        // :: Step 3: the verdict, on images that neither step saw
        using IIntegerBackbone integers = Backbone.Quantize(best.Scales);
        QuantizationReport measured = Measure(integers) with { Calibration = best.Name, Candidates = candidates };
        (double, double) furthest = Furthest(integers, probes);
        QuantizationReport report = Int8Gate.Judge(measured, furthest);
        return report.Admitted
            ? new(EncoderGraph.Build(Encoder, "int8", (graph, x) => Backbone.Append(graph, x, best.Scales)), Int8Gate.Tolerance(furthest), report)
            : Int8Variant.Refused(report);
    }

    private ActivationRanges Observe(int[] rows)
    {
        Progress?.Report($"int8: ranges from {rows.Length} images");
        ActivationRanges ranges = new();
        Each(rows, images => Backbone.Observe(Normalised(images), ranges));
        ranges.Spread();
        Each(rows, images => Backbone.Observe(Normalised(images), ranges));
        return ranges;
    }

    private (string, Dictionary<string, ActivationScale>) Choose(ActivationRanges ranges, Embeddings exact, int[] rows, Dictionary<string, double> candidates, bool floatImages)
    {
        Dictionary<string, Dictionary<string, ActivationScale>> made = new(StringComparer.Ordinal);
        foreach (CalibrationMethod method in CalibrationMethod.All)
        {
            Dictionary<string, ActivationScale> scales = ranges.Scales(method);
            if (Backbone.ImagesPoint is { } point && !floatImages) scales[point] = OfImages();
            string name = floatImages ? $"{method}, first convolution float32" : method.ToString();
            using IIntegerBackbone integers = Backbone.Quantize(scales);
            candidates[name] = Cosines(exact, Embed(integers, rows)).Average();
            made[name] = scales;
            Progress?.Report(FormattableString.Invariant($"int8: {name}, mean cosine {candidates[name]:F4}"));
        }
        string best = made.Keys.MaxBy(name => candidates[name])!; // the first of equals
        return (best, made[best]);
    }

    // Whatever the picture: pixels are in [0, 1].
    private ActivationScale OfImages()
    {
        (float[] mean, float[] std) = (Encoder.Preprocessing.Mean, Encoder.Preprocessing.Std);
        return ActivationScale.Of(mean.Zip(std, (m, s) => -m / s).Min(), mean.Zip(std, (m, s) => (1 - m) / s).Max());
    }

    private QuantizationReport Measure(IIntegerBackbone integers)
    {
        (LabelledRows bank, LabelledRows queries) = LabelledRows.Of(Images.Tiles, Spread(Images.Train, MostBank), Spread(Images.Test, MostQueries));
        bool labelled = bank.Classes.Count >= 2 && queries.Rows.Count >= FewestLabelledQueries;
        int[] rows = labelled ? [.. queries.Rows] : Spread(Images.Test, MostQueries);
        Progress?.Report($"int8: judged by {rows.Length} held-out images");
        (Embeddings exact, Embeddings rounded) = (EncoderRunner.Embed(Encoder, Images.Tiles, rows, Cancellation), Embed(integers, rows));
        double[] cosines = Cosines(exact, rounded);
        return new QuantizationReport
        {
            Admitted = false,
            Reason = "",
            MeanCosine = cosines.Average(),
            LowestCosine = cosines.Min(),
            Images = rows.Length,
            KnnFloat32 = labelled ? Knn(EncoderRunner.Embed(Encoder, Images.Tiles, bank.Rows, Cancellation), exact) : null,
            KnnInt8 = labelled ? Knn(Embed(integers, bank.Rows), rounded) : null,
        };

        double Knn(Embeddings neighbours, Embeddings asked) => KnnAccuracy.Measure(neighbours, bank.Labels, asked, queries.Labels, bank.Classes.Count, K, Temperature);
    }

    private (double Cosine, double Difference) Furthest(IIntegerBackbone integers, float[] probes)
    {
        int size = Encoder.Preprocessing.Size, count = probes.Length / (3 * size * size);
        using var scope = NewDisposeScope();
        Tensor images = tensor(probes, [count, 3, size, size], device: Encoder.Backbone.Device);
        (Tensor exact, Tensor rounded) = (Encoder.call(images), Unit(integers.Features(Normalised(images)))); // [P, D]
        return (Cosines(Rows(exact), Rows(rounded)).Min(), (exact - rounded).abs().max().item<float>());

        Embeddings Rows(Tensor values) => new(values.ToSingles(), count, Encoder.Dimensions);
    }

    private Embeddings Embed(IIntegerBackbone integers, IReadOnlyList<int> rows)
    {
        float[] data = new float[rows.Count * Encoder.Dimensions];
        int at = 0;
        Each(rows, images =>
        {
            float[] values = Unit(integers.Features(Normalised(images))).ToSingles();
            values.CopyTo(data, at);
            at += values.Length;
        });
        return new(data, rows.Count, Encoder.Dimensions);
    }

    private void Each(IReadOnlyList<int> rows, Action<Tensor> use)
    {
        int size = Encoder.Preprocessing.Size, batch = Math.Clamp(BatchPixels / (size * size), 1, 128);
        foreach (int[] part in rows.Chunk(batch))
        {
            Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            use(ChannelsLast.Of(TileBatch.Of(Images.Tiles, part).to(float32).div_(255))); // [N, 3, S, S] in [0, 1]
        }
    }

    private Tensor Normalised(Tensor images) => EncoderGraph.Normalised(images, Encoder.Preprocessing);

    private static Tensor Unit(Tensor features) => nn.functional.normalize(features, p: 2, dim: 1);

    // Of two that do not exist: 1 where both encoders answer nothing, 0 where one does, or with NaN.
    private static double[] Cosines(Embeddings a, Embeddings b) => [.. Enumerable.Range(0, a.Rows).Select(row =>
    {
        double dot = 0, left = 0, right = 0;
        for (int i = 0; i < a.Dimensions; i++)
        {
            (double x, double y) = (a.Row(row)[i], b.Row(row)[i]);
            (dot, left, right) = (dot + x * y, left + x * x, right + y * y);
        }
        double cosine = left == 0 && right == 0 ? 1 : dot / Math.Sqrt(left * right);
        return double.IsFinite(cosine) ? cosine : 0;
    })];

    private static int[] Spread(IReadOnlyList<int> rows, int most) => rows.Count <= most ? [.. rows]
        : [.. Enumerable.Range(0, most).Select(i => rows[(int)((long)i * rows.Count / most)])];
}
