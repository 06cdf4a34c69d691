using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>Where a run is, for what changes on the way (a momentum, a teacher's temperature).</summary>
/// <param name="Precision">Number format of the networks' arithmetic.</param>
/// <param name="Step">k, counted from 0.</param>
/// <param name="Steps">K, of the whole run.</param>
/// <param name="StepsPerEpoch">1 or more.</param>
public readonly record struct StepPosition(Precision Precision, long Step, long Steps, int StepsPerEpoch)
{
    /// <summary>Epochs done, with their fraction.</summary>
    public double Epoch => (double)Step / StepsPerEpoch;

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
