namespace Perennial.Core.Scoring;

/// <summary>
/// Alignment: mean squared distance of the unit embeddings of two views of one image, E ‖f(x) − f(x⁺)‖², in [0, 4]; lower is closer.
/// It rises in healthy training while the space spreads out: never judge by it alone.
/// </summary>
/// <remarks>Source: Wang, Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere", arXiv:2005.10242, section 4.1 (α = 2).</remarks>
public static class Alignment
{
    /// <param name="views">[N, D], any length: normalised here.</param>
    /// <param name="otherViews">[N, D], row i is another view of the same image.</param>
    public static double Measure(Embeddings views, Embeddings otherViews) => Measure(Matrix.Of(views), Matrix.Of(otherViews));

    /// <inheritdoc cref="Measure(Embeddings, Embeddings)"/>
    public static double Measure(Matrix views, Matrix otherViews)
    {
        if ((views.Rows, views.Columns) != (otherViews.Rows, otherViews.Columns)) throw new ArgumentException("Both must have the same shape.", nameof(otherViews));
        if (views.Rows == 0) throw new ArgumentException("At least one row is needed.", nameof(views));
        Matrix a = views.WithUnitRows(), b = otherViews.WithUnitRows();
        double sum = 0;
        for (int i = 0; i < a.Data.Length; i++) sum += (a.Data[i] - b.Data[i]) * (a.Data[i] - b.Data[i]);
        return sum / a.Rows;
    }
}
