using System.Globalization;
using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// Watches the projections, where a collapse shows while the loss still looks well: their spread (standard deviation of unit rows
/// times √d: near 1 when healthy, near 0 when all images are mapped to one point) and their effective rank. An untrained network has a low
/// spread too, so it is judged from the second epoch on.
/// </summary>
/// <remarks>Sources: Chen, He, arXiv:2011.10566, section 4.1 (spread); Garrido et al., arXiv:2210.02885 (rank).</remarks>
internal sealed class CollapseGuard
{
    private const double LeastSpread = 0.2, LeastRank = 2; // below rank 2 all projections lie on one line
    private const int FirstJudgedEpoch = 2;
    private const int RowsForRank = 512;

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
