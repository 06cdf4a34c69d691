using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// DINO: the student's distribution over K outputs, from any view, follows the momentum teacher's from another large view. The teacher's outputs are centred
/// (no output may win always) and sharpened (they may not be all alike): together they keep it from collapsing.
/// </summary>
/// <remarks>Source: Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", arXiv:2104.14294, section 3 and algorithm 1.</remarks>
public sealed class Dino : ISslMethod
{
    private const int GlobalViews = 2;

    private readonly DinoHead _student;
    private readonly MomentumNetwork _teacher;
    private readonly MethodHeads _heads;
    private readonly DINOLoss _loss;
    private readonly CosineRamp _decay;
    private readonly Recipe _recipe;

    public Dino(Encoder encoder, Recipe recipe)
    {
        DinoHead Head() => new(encoder.Dimensions, recipe.ProjectionHidden, recipe.ProjectionDim, recipe.Prototypes, recipe.HeadNorm);
        _recipe = recipe;
        _student = Head();
        _teacher = new MomentumNetwork(encoder, _student, Head());
        _heads = new MethodHeads(("student", _student), ("teacher", _teacher));
        _loss = new DINOLoss(recipe.Prototypes, recipe.Temperature);
        _heads.Keep("centre", _loss.Centre);
        _decay = new CosineRamp(recipe.EmaDecay, recipe.EmaDecayEnd);
        Views = recipe.AllViews();
    }

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views { get; }

    /// <inheritdoc/>
    public nn.Module Heads => _heads;

    /// <inheritdoc/>
    public bool LossIsPerImage => true;

    /// <inheritdoc/>
    public double? LossOfCollapse => Math.Log(_recipe.Prototypes);

    /// <inheritdoc/>
    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        Tensor[] student = [.. MultiCrop.Project(encoder, _student, views, at)];                          // each [N, K]
        Tensor[] teacher = [.. views.Take(GlobalViews).Select(view => at.Target(_teacher, view))];        // each [N, K]
        return new MethodOutputs(student, teacher, cat([.. student.Take(GlobalViews)]).detach());
    }

    /// <inheritdoc/>
    public Tensor Loss(MethodOutputs outputs, StepPosition at) => _loss.Forward(outputs.Trained, outputs.Targets, TeacherTemperature(at.Epoch));

    /// <inheritdoc/>
    public void BeforeUpdate(StepPosition at)
    {
        if (at.Epoch < _recipe.FreezeLastLayerEpochs) _student.Last.Directions.grad = null;
    }

    /// <inheritdoc/>
    public void Updated(Encoder encoder, MethodOutputs outputs, StepPosition at)
    {
        _teacher.Follow(encoder, _student, at.Of(_decay));
        _loss.MoveCentre(outputs.Targets);
    }

    /// <inheritdoc/>
    public void Dispose() => _heads.Dispose();

    // A teacher that is sharp from the start makes training unstable: it warms up.
    private double TeacherTemperature(double epoch)
    {
        double share = _recipe.TeacherWarmupEpochs > 0 ? Math.Min(1, epoch / _recipe.TeacherWarmupEpochs) : 1;
        return _recipe.TeacherTemperatureStart + share * (_recipe.TeacherTemperature - _recipe.TeacherTemperatureStart);
    }
}
