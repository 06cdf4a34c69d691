using Perennial.Core.Generations;
using Perennial.Learning.Networks;

namespace Perennial.Learning.Export;

/// <summary>Brings a generation's encoder back into torch: to start a training from it, to evaluate it beside a new one, to finetune on it.</summary>
public static class EncoderLoader
{
    /// <summary>Builds the network that the manifest describes and fills it from <c>weights.safetensors</c>.</summary>
    /// <returns>In evaluation mode on the device of the process (<see cref="ComputeDevice"/>); the caller disposes it.</returns>
    /// <exception cref="GenerationException">The backbone is not known here, there is no weights file, or it does not fit.</exception>
    public static Encoder FromGeneration(GenerationFolder generation)
    {
        string path = generation.File(GenerationFiles.Weights);
        Encoder encoder = new(Backbone(generation), generation.Manifest.Preprocessing);
        try
        {
            WeightsFile.ReadInto(path, encoder.Backbone);
            if (encoder.Dimensions != generation.Manifest.Dimensions)
                throw new GenerationException($"Generation {generation.Number} states {generation.Manifest.Dimensions} dimensions; its backbone makes {encoder.Dimensions}.");
            encoder.eval();
            return encoder;
        }
        catch (SafetensorsException exception)
        {
            encoder.Dispose();
            throw new GenerationException($"The weights of generation {generation.Number} cannot be read: {exception.Message}", exception);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private static Backbone Backbone(GenerationFolder generation)
    {
        try
        {
            return Networks.Backbone.Create(generation.Manifest.Backbone);
        }
        catch (ArgumentException exception)
        {
            throw new GenerationException($"Generation {generation.Number} has a backbone that this version does not know: {exception.Message}", exception);
        }
    }
}
