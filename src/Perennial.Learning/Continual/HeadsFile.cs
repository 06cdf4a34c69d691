using Perennial.Core.Durability;
using Perennial.Core.Generations;
using Perennial.Learning.Export;
using static TorchSharp.torch;

namespace Perennial.Learning.Continual;

/// <summary>
/// <c>heads.safetensors</c> of a finished run: what its method trained beside the encoder (projector, predictor, momentum network, queue). They are no part of
/// a generation, but a run that goes on from its encoder need not learn them anew, during which time they would pull at the encoder at random.
/// </summary>
internal static class HeadsFile
{
    private const string MethodKey = "method";

    /// <summary>Writes aside, flushes and renames.</summary>
    public static void Write(string path, string method, nn.Module heads)
    {
        string aside = path + ".aside";
        Safetensors.Write(aside, heads.state_dict().Select(entry => WeightsFile.ToSafeTensor(entry.Key, entry.Value)), new Dictionary<string, string> { [MethodKey] = method });
        DurableFiles.FlushFile(aside);
        File.Move(aside, path, overwrite: true);
    }

    /// <summary>Copies the tensors where all of them fit.</summary>
    /// <returns>False, and nothing is changed, where the file is of another method or of heads of another size, or cannot be read.</returns>
    public static bool TryReadInto(string path, string method, nn.Module heads)
    {
        SafetensorsFile file;
        try
        {
            file = Safetensors.Read(path);
        }
        catch (Exception fault) when (fault is IOException or SafetensorsException)
        {
            return false;
        }
        if (file.Metadata.GetValueOrDefault(MethodKey) != method) return false;
        Dictionary<string, Tensor> state = heads.state_dict();
        if (state.Any(entry => file.Find(entry.Key) is not { } source || !source.Shape.AsSpan().SequenceEqual(entry.Value.shape))) return false;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach ((string name, Tensor target) in state) target.copy_(WeightsFile.ToTensor(file.Find(name)!));
        return true;
    }
}
