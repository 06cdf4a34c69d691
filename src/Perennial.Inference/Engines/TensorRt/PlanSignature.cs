using Perennial.Inference.Engines.TensorRt.Interop;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>
/// The one form that a network must have, asked of TensorRT before and after it is built: "image" [N, 3, H, W] to "embedding" [N, D], both float32, N free.
/// That the answers fit is also the sign that the methods stand where the slot table has them.
/// </summary>
internal static class PlanSignature
{
    /// <summary>What the parser has made of an ONNX file.</summary>
    /// <exception cref="EngineException">It is not an encoder.</exception>
    public static ModelSignature Of(NvNetwork network)
    {
        if (network.InputCount != 1 || network.OutputCount != 1)
            throw new EngineException($"The network has {network.InputCount} inputs and {network.OutputCount} outputs; one of each is expected.");
        (string input, Dims from, NvDataType fromType) = network.Input(0);
        (string output, Dims to, NvDataType toType) = network.Output(0);
        if (input != ModelSignature.Image || output != ModelSignature.Embedding)
            throw new EngineException($"The network maps '{input}' to '{output}'; an encoder maps '{ModelSignature.Image}' to '{ModelSignature.Embedding}'.");
        return Encoder(from, fromType, to, toType);
    }

    /// <summary>What a loaded plan takes and gives.</summary>
    /// <param name="engine">The plan.</param>
    /// <param name="maxBatch">Largest batch that it must take.</param>
    /// <exception cref="EngineException">It is not the plan of an encoder, or takes other batches.</exception>
    public static ModelSignature Of(NvEngine engine, int maxBatch)
    {
        if (engine.TensorCount != 2 || engine.ProfileCount != 1)
            throw new EngineException($"The plan has {engine.TensorCount} tensors and {engine.ProfileCount} profiles; an input, an output and one profile are expected.");
        string?[] names = [engine.TensorName(0), engine.TensorName(1)];
        if (!names.Order().SequenceEqual([ModelSignature.Embedding, ModelSignature.Image]))
            throw new EngineException($"The tensors of the plan are '{names[0]}' and '{names[1]}'; an encoder's are '{ModelSignature.Image}' and '{ModelSignature.Embedding}'.");
        if (engine.Mode(ModelSignature.Image) != NvIOMode.Input || engine.Mode(ModelSignature.Embedding) != NvIOMode.Output)
            throw new EngineException($"'{ModelSignature.Image}' is not the input of the plan, or '{ModelSignature.Embedding}' not its output.");
        ModelSignature signature = Encoder(
            engine.Shape(ModelSignature.Image), engine.Type(ModelSignature.Image), engine.Shape(ModelSignature.Embedding), engine.Type(ModelSignature.Embedding));
        Dims least = engine.ProfileShape(ModelSignature.Image, NvProfileSelector.Min), most = engine.ProfileShape(ModelSignature.Image, NvProfileSelector.Max);
        if (!least.IsShape([1, .. signature.ItemShape]) || !most.IsShape([maxBatch, .. signature.ItemShape]))
            throw new EngineException($"The plan takes images {least} to {most}; batches of 1 to {maxBatch} are expected.");
        return signature;
    }

    private static ModelSignature Encoder(Dims from, NvDataType fromType, Dims to, NvDataType toType)
    {
        if (fromType != NvDataType.Float || toType != NvDataType.Float)
            throw new EngineException($"The types of input and output are {fromType} and {toType}; both must be float32 (cast inside the network).");
        if (from.ToArray() is not [-1, 3, > 0 and var height, > 0 and var width])
            throw new EngineException($"The input is {from}; [-1, 3, H, W] is expected, with the batch free and everything else fixed.");
        if (to.ToArray() is not [-1, > 0 and var dimensions])
            throw new EngineException($"The output is {to}; [-1, D] is expected, with the batch free.");
        return new ModelSignature(ModelSignature.Image, ModelSignature.Embedding, [3, height, width], dimensions);
    }
}
