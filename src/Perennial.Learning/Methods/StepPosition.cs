using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using Perennial.Learning.Pretraining;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>Where a run is, for what changes on the way (a momentum, a teacher's temperature).</summary>
/// <param name="Precision">Number format of the networks' arithmetic.</param>
/// <param name="Step">k, counted from 0 at the beginning of the run.</param>
/// <param name="StepsPerEpoch">1 or more.</param>
/// <param name="PhaseBegin">The step at which the present schedule began.</param>
/// <param name="PhaseEnd">The step at which it ends.</param>
public readonly record struct StepPosition(Precision Precision, long Step, int StepsPerEpoch, long PhaseBegin, long PhaseEnd)
{
    internal StepPosition(Precision precision, long step, int stepsPerEpoch, Phase phase) : this(precision, step, stepsPerEpoch, phase.Begin, phase.End) { }

    /// <summary>Epochs done, with their fraction.</summary>
    public double Epoch => (double)Step / StepsPerEpoch;

    /// <summary>Where a ramp over the present schedule is.</summary>
    internal double Of(CosineRamp ramp) => ramp.At(Step - PhaseBegin, PhaseEnd - PhaseBegin);

    /// <summary>Images [N, 3, S, S] through encoder and head in this precision: projections [N, d], float32.</summary>
    internal Tensor Project(Encoder encoder, nn.Module<Tensor, Tensor> head, Tensor images)
    {
        using var autocast = Precision.Begin();
        return head.call(encoder.Features(ChannelsLast.Of(images))).to(float32);
    }

    /// <summary>Projections [N, d] through a further head in this precision, float32.</summary>
    internal Tensor Through(nn.Module<Tensor, Tensor> head, Tensor projections)
    {
        using var autocast = Precision.Begin();
        return head.call(projections).to(float32);
    }

    /// <summary>Targets [N, d] from the momentum network in this precision.</summary>
    internal Tensor Target(MomentumNetwork network, Tensor images)
    {
        using var autocast = Precision.Begin();
        return network.call(images);
    }
}
