using Perennial.Core.Scoring;
using Perennial.Learning.Export.Quantization;

namespace Perennial.Learning.Tests.Export.Quantization;

public sealed class Int8GateTests
{
    private static readonly (double, double) Near = (0.998, 0.01);

    private static QuantizationReport Good => new() { Admitted = false, Reason = "", Calibration = "min-max", MeanCosine = 0.998, Images = 2000, KnnFloat32 = 0.473, KnnInt8 = 0.470 };

    [Fact]
    public void A_variant_that_is_nearly_as_good_is_admitted()
    {
        QuantizationReport report = Int8Gate.Judge(Good, Near);
        Assert.True(report.Admitted);
        Assert.Equal("int8: mean cosine 0.9980, kNN 0.473 -> 0.470, admitted (min-max)", report.ToString());
    }

    [Theory]
    [InlineData(0.468, true)]   // half a point
    [InlineData(0.4675, false)] // one image of 2,000 more
    [InlineData(0.5, true)]
    public void Half_a_point_of_accuracy_may_be_lost_and_not_more(double knn, bool admitted) =>
        Assert.Equal(admitted, Int8Gate.Judge(Good with { KnnInt8 = knn }, Near).Admitted);

    [Theory]
    [InlineData(0.46, true)]  // of 100 images one
    [InlineData(0.45, false)] // two
    public void Of_few_images_one_may_be_lost(double knn, bool admitted) =>
        Assert.Equal(admitted, Int8Gate.Judge(Good with { Images = 100, KnnFloat32 = 0.47, KnnInt8 = knn }, Near).Admitted);

    [Theory]
    [InlineData(0.99, true)]
    [InlineData(0.9899, false)]
    [InlineData(double.NaN, false)]
    public void The_mean_cosine_must_be_99_hundredths(double cosine, bool admitted) =>
        Assert.Equal(admitted, Int8Gate.Judge(Good with { MeanCosine = cosine }, Near).Admitted);

    [Fact]
    public void A_refusal_states_its_figures()
    {
        QuantizationReport report = Int8Gate.Judge(Good with { KnnInt8 = 0.46 }, Near);
        Assert.Equal("int8: mean cosine 0.9980, kNN 0.473 -> 0.460, left out: kNN accuracy falls from 0.4730 to 0.4600, by more than 0.0050", report.ToString());
    }

    [Fact]
    public void Without_labels_the_cosine_judges_alone() =>
        Assert.True(Int8Gate.Judge(Good with { KnnFloat32 = null, KnnInt8 = null }, Near).Admitted);

    [Fact]
    public void A_probe_that_is_far_off_refuses() =>
        Assert.False(Int8Gate.Judge(Good, (0.94, 0.1)).Admitted);
}
