using Perennial.Learning.Losses;
using Perennial.Learning.Pretraining;
using static TorchSharp.torch;

namespace Perennial.Learning.Continual;

/// <summary>
/// What it costs that the predictor g misses the previous encoder's features: L(g(f), f_old). CaSSLe takes the method's own kind of loss with the old features
/// in the place of the second view; PFR takes the cosine for every method.
/// <list type="bullet">
/// <item>simclr: NT-Xent; moco, mocov3: cross entropy over the batch (<see cref="MoCoV3Loss"/> without its factor)</item>
/// <item>byol, simsiam: negative cosine; vicreg: mean squared difference; barlow: cross-correlation</item>
/// <item>swav, dino: cross entropy of the softmax over the dimensions, both standardised over the batch</item>
/// </list>
/// </summary>
/// <remarks>
/// Sources: Fini et al., "Self-Supervised Models are Continual Learners" (CaSSLe), arXiv:2112.04215, section 4 and table 1; Gomez-Villa et al., "Continually Learning
/// Self-Supervised Representations with Projected Functional Regularization" (PFR), arXiv:2112.15022, section 3. Both distil projections as well; here it is
/// the features, which are what is served and what a generation keeps.
/// </remarks>
internal sealed class DistillationLoss
{
    private const double WeightOfRegression = 25, Epsilon = 1e-5;
    private readonly Func<Tensor, Tensor, Tensor> _loss;

    public DistillationLoss(Recipe recipe)
    {
        Weight = recipe.DistillationWeight >= 0 ? recipe.DistillationWeight : recipe.Method is "vicreg" or "barlow" ? WeightOfRegression : 1;
        (_loss, IsPerImage) = recipe.Distillation == "pfr" ? (NegativeCosineSimilarity.Forward, true) : recipe.Method switch
        {
            "simclr" => (new NTXentLoss(recipe.Temperature).Forward, false),
            "moco" or "mocov3" => (InBatch(recipe.Temperature), false),
            "byol" or "simsiam" => (NegativeCosineSimilarity.Forward, true),
            "vicreg" => ((predicted, old) => nn.functional.mse_loss(predicted, old), true),
            "barlow" => (Correlation(recipe), false),
            _ => (SoftAssignment, false),
        };
    }

    /// <summary>λ.</summary>
    public double Weight { get; }

    /// <summary>Whether it is a mean over images, none of which knows of the others in the batch.</summary>
    public bool IsPerImage { get; }

    /// <summary>λ·L, a scalar.</summary>
    /// <param name="predicted">[N, D], g(f).</param>
    /// <param name="old">[N, D], f_old, without gradient.</param>
    public Tensor Forward(Tensor predicted, Tensor old) => _loss(predicted, old) * Weight;

    private static Func<Tensor, Tensor, Tensor> InBatch(double temperature)
    {
        var loss = new MoCoV3Loss(temperature);
        return (predicted, old) => loss.Forward(predicted, old) / (2 * temperature);
    }

    // Of the scale of a cosine: the sum over D dimensions is made a mean.
    private static Func<Tensor, Tensor, Tensor> Correlation(Recipe recipe)
    {
        var loss = new BarlowTwinsLoss(recipe.OffDiagonalWeight);
        return (predicted, old) => loss.Forward(predicted, old) / old.shape[1];
    }

    private static Tensor SoftAssignment(Tensor predicted, Tensor old)
    {
        Tensor wanted = nn.functional.softmax(Standardised(old), 1); // [N, D]
        return -(wanted * nn.functional.log_softmax(Standardised(predicted), 1)).sum(1).mean();
    }

    private static Tensor Standardised(Tensor z) => (z - z.mean([0], keepdim: true)) / (z.var(0, unbiased: false, keepdim: true) + Epsilon).sqrt(); // [N, D]
}
