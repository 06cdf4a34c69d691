namespace Perennial.Learning.Optimizers;

/// <summary>
/// The learning rate over a run, counted in steps: linear warm-up, then half a cosine to zero.
/// <code>step s &lt; W: peak·(s+1)/W;   else: peak·½(1 + cos(π(s − W)/(total − W)))</code>
/// Step 0 gives peak/W (peak without warm-up), step W gives the peak, step <c>total</c> would give 0.
/// </summary>
/// <remarks>Sources: Goyal et al., arXiv:1706.02677, section 2.2 (warm-up); Loshchilov, Hutter, "SGDR", arXiv:1608.03983, eq. 5 (cosine, one cycle).</remarks>
/// <param name="peak">The highest rate, above 0.</param>
/// <param name="warmupSteps">W, 0 to <paramref name="totalSteps"/>.</param>
/// <param name="totalSteps">1 or more.</param>
public sealed class WarmupCosine(double peak, long warmupSteps, long totalSteps)
{
    /// <summary>The rate of step <paramref name="step"/>, counted from 0.</summary>
    public double At(long step)
    {
        if (step < warmupSteps) return peak * (step + 1) / warmupSteps;
        if (step >= totalSteps) return 0;
        return peak * 0.5 * (1 + Math.Cos(Math.PI * (step - warmupSteps) / (totalSteps - warmupSteps)));
    }
}
