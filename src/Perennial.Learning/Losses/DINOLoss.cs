using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// Self-distillation without labels: the student's distribution over K outputs follows the centred and sharpened one of the teacher, on other views.
/// <code>−Σ_k softmax((t − c)/τ_t)^(k) · log softmax(s/τ_s)^(k),   c ← m·c + (1 − m)·mean(t)</code>
/// Mean over all pairs of a teacher view and a different student view. Collapse shows as a plateau at ln K.
/// </summary>
/// <remarks>Source: Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", arXiv:2104.14294, eq. 1, 4 and algorithm 1; τ_s = 0.1, τ_t 0.04 → 0.07, m = 0.9.</remarks>
public sealed class DINOLoss : IDisposable
{
    private readonly double _studentTemperature, _centreMomentum;

    /// <param name="outputDimension">K, 1 or more.</param>
    /// <param name="studentTemperature">τ_s, above 0.</param>
    /// <param name="centreMomentum">m in [0, 1).</param>
    /// <param name="dtype">Element type of the centre.</param>
    /// <param name="device">Where the centre lives; the CPU by default.</param>
    public DINOLoss(long outputDimension, double studentTemperature = 0.1, double centreMomentum = 0.9, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        _studentTemperature = Losses.Temperature.Checked(studentTemperature);
        _centreMomentum = centreMomentum is >= 0 and < 1 ? centreMomentum
            : throw new ArgumentOutOfRangeException(nameof(centreMomentum), centreMomentum, "The centre's momentum must be in [0, 1); 0.9 is usual.");
        Centre = zeros([1, outputDimension], dtype, device).DetachFromDisposeScope();
    }

    /// <summary>c, [1, K]: part of the method's state, so it goes into the checkpoint.</summary>
    public Tensor Centre { get; }

    /// <summary>The loss, a scalar. The centre is not moved: call <see cref="MoveCentre"/> after it.</summary>
    /// <param name="student">Per view [N, K]; the views that the teacher saw come first, in the same order.</param>
    /// <param name="teacher">Per global view [N, K]; no gradient flows into it.</param>
    /// <param name="teacherTemperature">τ_t, above 0.</param>
    public Tensor Forward(IReadOnlyList<Tensor> student, IReadOnlyList<Tensor> teacher, double teacherTemperature)
    {
        _ = Losses.Temperature.Checked(teacherTemperature);
        Tensor[] logProbabilities = [.. student.Select(s => nn.functional.log_softmax(s / _studentTemperature, 1))]; // each [N, K]
        Tensor total = zeros([], student[0].dtype, student[0].device);
        int pairs = 0;
        for (int t = 0; t < teacher.Count; t++)
        {
            Tensor target = nn.functional.softmax((teacher[t].detach() - Centre) / teacherTemperature, 1);          // [N, K]
            for (int s = 0; s < student.Count; s++)
            {
                if (s == t) { continue; }
                total = total - (target * logProbabilities[s]).sum(1).mean();
                pairs++;
            }
        }
        return total / pairs;
    }

    /// <summary>c ← m·c + (1 − m)·mean over the batch and the views of the teacher's outputs.</summary>
    public void MoveCentre(IReadOnlyList<Tensor> teacher)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Centre.mul_(_centreMomentum).add_(cat([.. teacher], 0).mean([0], keepdim: true), alpha: 1 - _centreMomentum); // [1, K]
    }

    /// <inheritdoc/>
    public void Dispose() => Centre.Dispose();
}
