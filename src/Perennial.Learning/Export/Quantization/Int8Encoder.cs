using Perennial.Core.Scoring;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Export.Quantization;

/// <summary>Makes an encoder's int8 variant: ranges from calibration images, the better way of choosing them by cosine to float32, and a verdict on held-out images.</summary>
/// <remarks>Arithmetic: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", arXiv:1712.05877, section 2.</remarks>
public static class Int8Encoder
{
    private const int FewestCalibrationImages = 32;

    /// <summary>Quantises, measures, judges. The same encoder and images give the same bytes.</summary>
    /// <param name="encoder">Its weights are only read; in evaluation mode while this runs.</param>
    /// <param name="images">Calibration and held-out images.</param>
    /// <param name="probes">Inputs of the generation's probes, P x [3, S, S].</param>
    /// <param name="progress">Told what is being done; null for nobody.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The variant, or the reason why there is none.</returns>
    public static Int8Variant Make(Encoder encoder, CalibrationImages images, float[] probes, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        using IQuantizableBackbone? backbone = encoder.Backbone switch
        {
            ResNet network => new QuantizableResNet(network),
            VisionTransformer network => new QuantizableVisionTransformer(network),
            _ => null,
        };
        if (backbone is null) return Refused($"there is no int8 arithmetic for {encoder.Backbone.Description.Name}");
        if (images.Train.Count < FewestCalibrationImages || images.Test.Count < 2)
            return Refused($"{images.Train.Count} training and {images.Test.Count} held-out images are too few to calibrate and to judge; {FewestCalibrationImages} and 2 are needed");
        bool training = encoder.training;
        encoder.eval();
        try
        {
            using var noGradient = no_grad();
            return new Int8Attempt(encoder, backbone, images, progress, cancellationToken).Run(probes);
        }
        catch (ExportException exception)
        {
            return Refused(exception.Message.TrimEnd('.')); // hours of training are not to be lost over a variant
        }
        finally
        {
            encoder.train(training);
        }
    }

    private static Int8Variant Refused(string reason) => Int8Variant.Refused(new QuantizationReport { Admitted = false, Reason = reason });
}
