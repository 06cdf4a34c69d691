using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
using Perennial.Learning.Export;
using Perennial.Learning.Export.Quantization;
using Perennial.Learning.Networks;

namespace Perennial.Commands.Models;

/// <summary>An int8 encoder for <c>perennial export</c>, calibrated anew on images at hand.</summary>
internal static class Int8Export
{
    /// <summary>Bytes of the model.</summary>
    /// <param name="terminal">Hears of progress and of the measured cosine.</param>
    /// <param name="generation">Whose weights; its digests are checked.</param>
    /// <param name="images">To calibrate and judge on.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ExportException">The variant is too far from float32.</exception>
    public static async Task<byte[]> CalibrateAsync(Terminal terminal, GenerationFolder generation, DatasetChoice images, CancellationToken cancellationToken)
    {
        generation.Verify();
        using TrainingImages tiles = await TrainingImages.LoadAsync(images, generation.Manifest.Preprocessing, terminal, cancellationToken);
        float[] probes = Safetensors.Read(generation.File(GenerationFiles.Probes))["image"].Floats.ToArray();
        Int8Variant variant = await terminal.StepAsync("quantise", "steps", null, step => Task.Run(
            () =>
            {
                using Encoder encoder = EncoderLoader.FromGeneration(generation);
                return Int8Encoder.Make(encoder, tiles.Calibration, probes, new ExportReports(step), cancellationToken);
            },
            cancellationToken));
        terminal.Remark(variant.Report.ToString());
        return variant.Model ?? throw new ExportException($"No int8 encoder is written: {variant.Report.Reason}.");
    }
}
