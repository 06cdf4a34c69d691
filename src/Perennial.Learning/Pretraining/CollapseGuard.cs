using System.Globalization;
using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// Watches the projections, where a collapse shows while the loss still looks well: their spread (standard deviation of unit rows
/// times √d: near 1 when healthy, near 0 when all images are mapped to one point) and their effective rank. An untrained network has a low
/// spread too, so it is judged from the second epoch on. Methods that spread images over K outputs settle at a loss of ln K when all outputs are alike.
/// </summary>
/// <param name="lossOfCollapse">The loss at which the method settles when it has collapsed; null where none is telling.</param>
/// <remarks>Sources: Chen, He, arXiv:2011.10566, section 4.1 (spread); Garrido et al., arXiv:2210.02885 (rank).</remarks>
internal sealed class CollapseGuard(double? lossOfCollapse = null)
{
    private const double LeastSpread = 0.2, LeastRank = 2; // below rank 2 all projections lie on one line
    private const double PlateauWidth = 1e-3; // of the loss: a method that learns leaves it at once
    private const int PlateauEpochs = 3;
    private const int FirstJudgedEpoch = 2;
    private const int RowsForRank = 512;

    private int _epochsOnPlateau;

    /// <summary>Spread times √d, of the newest epoch.</summary>
    public double? Spread { get; private set; }

    /// <summary>Effective rank, of the newest epoch.</summary>
    public double? Rank { get; private set; }

    /// <exception cref="TrainingException">The loss is not a number.</exception>
    public static void CheckLoss(double loss, long step, double learningRate)
    {
        if (!double.IsFinite(loss))
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture,
                $"The loss became {loss} at step {step} with learning rate {learningRate:G3}: try a lower learning_rate, a longer warmup_epochs, or amp: off."));
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

    /// <summary>Looks at an epoch's last projections, [M, d].</summary>
    /// <param name="projections">From the newest step.</param>
    /// <param name="epoch">Epochs done, from 1.</param>
    /// <exception cref="TrainingException">They have collapsed.</exception>
    public void Look(Tensor projections, int epoch)
    {
        int rows = (int)Math.Min(RowsForRank, projections.shape[0]), d = (int)projections.shape[1];
        if (rows < 2) return;
        var embeddings = new Embeddings(projections.narrow(0, 0, rows).ToSingles(), rows, d);
        Spread = EmbeddingStd.Measure(embeddings) * Math.Sqrt(d);
        Rank = RankMe.Measure(embeddings);
        if (epoch >= FirstJudgedEpoch && (Spread < LeastSpread || Rank < LeastRank))
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture,
                $"The projections have collapsed: after epoch {epoch} their spread is {Spread:F2} (healthy is about 1) and their effective rank {Rank:F1} of {d}, so all images look alike to the model. Try a lower learning_rate or a larger batch_size."));
    }
}
