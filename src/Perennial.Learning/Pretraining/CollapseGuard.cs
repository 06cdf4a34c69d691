using System.Globalization;
using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// Watches the projections, where a collapse shows while the loss still looks well: their spread (standard deviation of unit rows
/// times √d: near 1 when healthy, near 0 when all images are mapped to one point) and their effective rank. An untrained network has a low
/// spread too, so it is judged from the second look on. Methods that spread images over K outputs settle at a loss of ln K when all outputs are alike.
/// A gradient that is not a number, or that stays a thousand times as long as it was, has exploded.
/// </summary>
/// <param name="lossOfCollapse">The loss at which the method settles when it has collapsed; null where none is telling.</param>
/// <param name="stepsPerLook">Steps between two looks at the projections: an epoch, or a quarter of a run that is shorter than four.</param>
/// <remarks>Sources: Chen, He, arXiv:2011.10566, section 4.1 (spread); Garrido et al., arXiv:2210.02885 (rank).</remarks>
internal sealed class CollapseGuard(double? lossOfCollapse = null, long stepsPerLook = 1)
{
    private const double LeastSpread = 0.2, LeastRank = 2; // below rank 2 all projections lie on one line
    private const double PlateauWidth = 1e-3; // of the loss: a method that learns leaves it at once
    private const int PlateauEpochs = 3;
    private const int FirstJudgedLook = 2;
    private const int RowsForRank = 512;
    private const long FewestStepsPerLook = 10; // fewer steps, and a network is still much as it was drawn
    private const double Explosion = 1000;    // times the median of the steps before
    private const int ExplosionSteps = 5, GradientsKept = 64, FewestGradients = 16;

    private readonly Queue<double> _gradients = new();
    private int _epochsOnPlateau, _stepsExploded;

    /// <summary>Looks at the projections of a run of so many steps.</summary>
    public static CollapseGuard Of(double? lossOfCollapse, int stepsPerEpoch, long steps) => new(lossOfCollapse, Math.Min(Math.Max(FewestStepsPerLook, (steps + 3) / 4), stepsPerEpoch));

    /// <summary>Spread times √d, of the newest look.</summary>
    public double? Spread { get; private set; }

    /// <summary>Effective rank, of the newest look.</summary>
    public double? Rank { get; private set; }

    /// <summary>Whether it is time to look at the projections after so many steps.</summary>
    public bool IsDue(long step) => step % stepsPerLook == 0;

    /// <exception cref="TrainingException">The loss is not a number.</exception>
    public static void CheckLoss(double loss, long step, double learningRate)
    {
        if (!double.IsFinite(loss))
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture,
                $"The loss became {loss} at step {step} with learning rate {learningRate:G3}: try a lower learning_rate, a longer warmup_epochs, or amp: off."));
    }

    /// <summary>Looks at the length of a step's gradient over all parameters.</summary>
    /// <exception cref="TrainingException">It is not a number, or has stayed a thousand times as long as before for five steps.</exception>
    public void CheckGradient(double length, long step)
    {
        if (!double.IsFinite(length))
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture,
                $"The gradient became {length} at step {step}: try a lower learning_rate, a longer warmup_epochs, or amp: off."));
        double median = _gradients.Count < FewestGradients ? double.PositiveInfinity : _gradients.Order().ElementAt(_gradients.Count / 2);
        if (length > Explosion * median)
        {
            if (++_stepsExploded < ExplosionSteps) return;
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture,
                $"The gradient has exploded: at step {step} its length is {length:G3}, where it was {median:G3} before. Try a lower learning_rate, or clip_gradient."));
        }
        _stepsExploded = 0;
        _gradients.Enqueue(length);
        if (_gradients.Count > GradientsKept) _gradients.Dequeue();
    }

    /// <summary>Looks at an epoch's mean loss.</summary>
    /// <exception cref="TrainingException">It has been that of a collapse for three epochs.</exception>
    public void Look(double loss, int epoch)
    {
        if (lossOfCollapse is not { } plateau) return;
        _epochsOnPlateau = Math.Abs(loss - plateau) < PlateauWidth * plateau ? _epochsOnPlateau + 1 : 0;
        if (_epochsOnPlateau >= PlateauEpochs)
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture,
                $"The loss is stuck at {loss:F4}, which is ln({Math.Exp(plateau):F0}): after epoch {epoch} all outputs are alike for all images. Try a lower learning_rate, a lower teacher_temperature or fewer prototypes."));
    }

    /// <summary>Looks at projections, [M, d].</summary>
    /// <param name="projections">From the newest step.</param>
    /// <param name="step">Steps done.</param>
    /// <exception cref="TrainingException">They have collapsed.</exception>
    public void Look(Tensor projections, long step)
    {
        int rows = (int)Math.Min(RowsForRank, projections.shape[0]), d = (int)projections.shape[1];
        if (rows < 2) return;
        var embeddings = new Embeddings(projections.narrow(0, 0, rows).ToSingles(), rows, d);
        Spread = EmbeddingStd.Measure(embeddings) * Math.Sqrt(d);
        Rank = RankMe.Measure(embeddings);
        bool healthy = Spread >= LeastSpread && Rank >= LeastRank; // false for NaN as well
        if (step >= FirstJudgedLook * stepsPerLook && !healthy)
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture,
                $"The projections have collapsed: after step {step} their spread is {Spread:F2} (healthy is about 1) and their effective rank {Rank:F1} of {d}, so all images look alike to the model. Try a lower learning_rate or a larger batch_size."));
    }
}
