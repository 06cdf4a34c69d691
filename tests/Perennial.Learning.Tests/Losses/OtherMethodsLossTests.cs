using Perennial.Learning.Losses;
using static Perennial.Learning.Tests.Losses.ReferenceValues;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Losses;

/// <summary>Values from tests/Reference/losses.json, made by other implementations in float64.</summary>
public sealed class OtherMethodsLossTests
{
    private const double Within = 1e-8;

    [Theory]
    [InlineData(0.2, 5.4515482504)]
    [InlineData(0.07, 14.2598258404)]
    public void InfoNCE_with_a_queue_matches_the_reference(double temperature, double expected) =>
        Assert.Equal(expected, new InfoNCELoss(temperature).Forward(A, B, Queue).item<double>(), Within);

    [Fact]
    public void A_queue_full_of_the_positive_costs_the_logarithm_of_its_length_plus_one()
    {
        Tensor one = A[..1];
        Assert.Equal(Math.Log(7), new InfoNCELoss(0.3).Forward(one, one, one.repeat(6, 1)).item<double>(), Within);
    }

    [Theory]
    [InlineData(0.2, 2.3656467076)]
    [InlineData(1.0, 3.7730647790)]
    public void MoCo_v3_one_direction_matches_the_reference(double temperature, double expected) =>
        Assert.Equal(expected, new MoCoV3Loss(temperature).Forward(A, B).item<double>(), Within);

    [Fact]
    public void BYOL_one_direction_matches_the_reference() =>
        Assert.Equal(2.5671731380, (2 + 2 * NegativeCosineSimilarity.Forward(A, B)).item<double>(), Within);

    [Fact]
    public void VICReg_and_its_three_terms_match_the_reference()
    {
        Assert.Equal(1.2710190994, VICRegLoss.Invariance(A, B).item<double>(), Within);
        Assert.Equal(0.1967110571, ((VICRegLoss.Variance(A) + VICRegLoss.Variance(B)) / 2).item<double>(), Within);
        Assert.Equal(2.8425107405, (VICRegLoss.Covariance(A) + VICRegLoss.Covariance(B)).item<double>(), Within);
        Assert.Equal(39.5357646539, new VICRegLoss().Forward(A, B).item<double>(), Within);
    }

    [Fact]
    public void Barlow_Twins_and_its_two_terms_match_the_reference()
    {
        Tensor correlation = BarlowTwinsLoss.CrossCorrelation(A, B);
        Assert.Equal(13.3046586398, BarlowTwinsLoss.OnDiagonal(correlation).item<double>(), Within);
        Assert.Equal(14.4112946709, BarlowTwinsLoss.OffDiagonal(correlation).item<double>(), Within);
        Assert.Equal(13.3767151132, new BarlowTwinsLoss().Forward(A, B).item<double>(), Within);
    }

    [Fact]
    public void SwAV_matches_the_reference()
    {
        Tensor a = nn.functional.normalize(A, dim: 1), b = nn.functional.normalize(B, dim: 1);
        Assert.Equal(6.8085993359, new SwAVLoss().Forward([a, b]).item<double>(), Within);
    }

    [Fact]
    public void DINO_across_two_views_matches_the_reference()
    {
        using var loss = new DINOLoss(8, dtype: ScalarType.Float64);
        Assert.Equal(12.9706668441, loss.Forward([A, B], [A, B], teacherTemperature: 0.04).item<double>(), Within);
    }

    [Fact]
    public void A_collapsed_DINO_costs_the_logarithm_of_the_output_dimension()
    {
        using var loss = new DINOLoss(8, dtype: ScalarType.Float64);
        Tensor constant = zeros(4, 8, dtype: ScalarType.Float64);
        Assert.Equal(Math.Log(8), loss.Forward([constant, constant], [constant, constant], 0.04).item<double>(), Within);
    }

    [Fact]
    public void The_DINO_centre_is_the_moving_average_of_the_teacher()
    {
        using var loss = new DINOLoss(8, centreMomentum: 0.9, dtype: ScalarType.Float64);
        loss.MoveCentre([A, B]);
        Tensor expected = (A.sum([0L]) + B.sum([0L])) / 8 * 0.1;
        Assert.True(allclose(expected, loss.Centre[0], rtol: 0, atol: 1e-12));
    }

    [Fact]
    public void Sinkhorn_uses_every_prototype_equally_and_gives_each_image_one_unit()
    {
        Tensor codes = Sinkhorn.Assign(rand(64, 5, dtype: ScalarType.Float64), iterations: 200);
        Assert.True(allclose(codes.sum([1L]), ones(64, dtype: ScalarType.Float64), rtol: 0, atol: 1e-9));
        Assert.True(allclose(codes.sum([0L]), full([5], 64 / 5.0, dtype: ScalarType.Float64), rtol: 0, atol: 1e-6));
    }

    public static TheoryData<string> Losses => ["InfoNCE", "MoCoV3", "Cosine", "VICReg", "BarlowTwins", "SwAV", "DINO"];

    [Theory]
    [MemberData(nameof(Losses))]
    public void The_gradient_agrees_with_finite_differences(string name)
    {
        Func<Tensor, Tensor> loss = name switch
        {
            "InfoNCE" => x => new InfoNCELoss(0.2).Forward(x, B, Queue),
            "MoCoV3" => x => new MoCoV3Loss(0.2).Forward(x, B),
            "Cosine" => x => NegativeCosineSimilarity.Forward(x, B),
            "VICReg" => x => new VICRegLoss().Forward(x, B),
            "BarlowTwins" => x => new BarlowTwinsLoss().Forward(x, B),
            // The codes carry no gradient: hold them fixed by giving them in the crop that is not varied.
            "SwAV" => x => new SwAVLoss().Forward([nn.functional.normalize(B, dim: 1), x], largeCrops: 1),
            _ => x => new DINOLoss(8, dtype: ScalarType.Float64).Forward([B, x], [A], 0.04),
        };
        Tensor input = A.clone().requires_grad_(true);
        loss(input).backward();
        const double h = 1e-6;
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 8; j++)
            {
                Tensor step = zeros(4, 8, dtype: ScalarType.Float64);
                step[i, j] = h;
                double numeric = (loss(A + step).item<double>() - loss(A - step).item<double>()) / (2 * h);
                Assert.Equal(numeric, input.grad![i, j].item<double>(), 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void An_impossible_temperature_is_refused(double temperature)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new InfoNCELoss(temperature));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MoCoV3Loss(temperature));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SwAVLoss(temperature));
    }
}
