namespace Perennial.Core.Scoring;

/// <summary>What one encoder is worth, measured on images that it was not trained on.</summary>
public sealed record Scores
{
    /// <summary>Share of labelled test images that the weighted cosine k-nearest neighbours name rightly, [0, 1]; null without labels. See <see cref="Scoring.KnnAccuracy"/>.</summary>
    public double? KnnAccuracy { get; init; }

    /// <summary>Accuracy of a linear probe on frozen embeddings, [0, 1]; null without labels.</summary>
    public double? LinearAccuracy { get; init; }

    /// <summary>Share of test images whose own augmented view is their nearest neighbour (recall@1), [0, 1]. See <see cref="Recall"/>.</summary>
    public required double ViewRecall { get; init; }

    /// <summary>Effective rank of the embeddings, [1, min(rows, dimensions)]. See <see cref="Scoring.RankMe"/>.</summary>
    public required double RankMe { get; init; }

    /// <summary>Mean squared distance of two views of one image, [0, 4]; lower is closer. See <see cref="Scoring.Alignment"/>.</summary>
    public required double Alignment { get; init; }

    /// <summary>Spread on the sphere, [-8, 0]; lower is more even, 0 is collapse. See <see cref="Scoring.Uniformity"/>.</summary>
    public required double Uniformity { get; init; }

    /// <summary>Mean standard deviation of the components, about 1/sqrt(D) when healthy, 0 when collapsed. See <see cref="Scoring.EmbeddingStd"/>.</summary>
    public required double EmbeddingStd { get; init; }

    /// <summary>EmbeddingStd of the projection head's output, where collapse shows first; null when there is no head (a generation read back).</summary>
    public double? ProjectionStd { get; init; }

    /// <summary>RankMe of the projection head's output; null when there is no head.</summary>
    public double? ProjectionRankMe { get; init; }

    /// <summary>Test images that were measured.</summary>
    public required int TestImages { get; init; }

    /// <summary>Test images among them that had a label.</summary>
    public int LabelledTestImages { get; init; }
}
