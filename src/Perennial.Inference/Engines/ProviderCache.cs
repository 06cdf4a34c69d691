using Microsoft.ML.OnnxRuntime;

namespace Perennial.Inference.Engines;

/// <summary>
/// Where ONNX Runtime's TensorRT provider keeps the engines that it builds: a folder for each network, named by digest. The provider's own file names know
/// the graph but not its weights, so two generations in one folder would get each other's engine.
/// </summary>
internal static class ProviderCache
{
    private const int Kept = 8;

    /// <summary>The network's folder, created when absent; those that were used longest ago are removed beyond eight.</summary>
    /// <param name="cacheFolder">Of all engines.</param>
    /// <param name="digest">Of the ONNX file, hexadecimal.</param>
    /// <exception cref="EngineException">The folder cannot be written.</exception>
    public static string Open(string cacheFolder, string digest)
    {
        // An engine of another version of TensorRT cannot be read, and each version of ONNX Runtime goes with its own.
        string all = Path.Combine(cacheFolder, "onnxruntime-" + OrtEnv.Instance().GetVersionString()), own = Path.Combine(all, digest);
        try
        {
            Directory.CreateDirectory(own);
            Directory.SetLastWriteTimeUtc(own, DateTime.UtcNow);
            foreach (DirectoryInfo old in new DirectoryInfo(all).EnumerateDirectories().OrderByDescending(folder => folder.LastWriteTimeUtc).Skip(Kept))
                old.Delete(recursive: true);
            return own;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"The cache folder {own} cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Removes what is kept of a network; false when there was nothing.</summary>
    public static bool Clear(string folder)
    {
        bool held = Directory.EnumerateFileSystemEntries(folder).Any();
        Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return held;
    }
}
