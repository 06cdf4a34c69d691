namespace Perennial.Learning.Optimizers;

/// <summary>
/// Half a cosine from one value to another over a run, counted in steps: for a momentum network's decay (0.996 → 1) and for weight decay (0.04 → 0.4).
/// <code>v_k = end − (end − start)·(cos(πk/K) + 1)/2</code>
/// </summary>
/// <remarks>Sources: Grill et al., arXiv:2006.07733, section 3.3 (decay of the target network); Caron et al., arXiv:2104.14294, section 3.2 (weight decay).</remarks>
/// <param name="start">Value at step 0.</param>
/// <param name="end">Value at step K.</param>
public sealed class CosineRamp(double start, double end)
{
    /// <summary>The value of step <paramref name="step"/> of <paramref name="steps"/>, counted from 0.</summary>
    public double At(long step, long steps) => end - (end - start) * (Math.Cos(Math.PI * Math.Min(step, steps) / steps) + 1) / 2;
}
