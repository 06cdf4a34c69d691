using Perennial.Core.Generations;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Swapping;

/// <summary>
/// The gate between a generation folder and traffic. Nothing that has not passed it is ever published in a <see cref="Slot{T}"/>.
/// </summary>
public static class Admission
{
    /// <summary>
    /// Verifies every file's digest, chooses the first engine that loads, answers the probes within the manifest's tolerance and runs each batch size that
    /// traffic will meet, and keeps it. Takes seconds (minutes where a GPU's engine is built) and blocks: call it off the request path.
    /// </summary>
    /// <param name="folder">The generation.</param>
    /// <param name="options">Engine and precision that are wanted, threads, largest batch.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <exception cref="AdmissionException">The generation must not serve; whatever was loaded is freed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; whatever was loaded is freed.</exception>
    public static AdmittedGeneration Admit(GenerationFolder folder, EngineOptions options, CancellationToken cancellationToken) =>
        Admit(folder, options, EngineSelection.OfThisMachine, cancellationToken);

    /// <param name="folder">The generation.</param>
    /// <param name="options">Engine and precision that are wanted, threads, largest batch.</param>
    /// <param name="selection">The engines to choose from.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    internal static AdmittedGeneration Admit(GenerationFolder folder, EngineOptions options, EngineSelection selection, CancellationToken cancellationToken)
    {
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        IInferenceEngine? classifier = null;
        try
        {
            // The files are the ones that were committed.
            folder.Verify();
            cancellationToken.ThrowIfCancellationRequested();
            GenerationManifest manifest = folder.Manifest;
            Probes probes = Probes.Read(folder);
            string[] offered = Offered(folder, options.Precision);

            // The classifier first: it takes no time, and an encoder may take minutes to build.
            int size = manifest.Preprocessing.Size, dimensions = manifest.Dimensions, classes = manifest.Labels.Count;
            if (classes > 0)
            {
                classifier = Proven(
                    selection.ForClassifier, GenerationFiles.Classifier, [dimensions], classes, probes.Embeddings, probes.Probabilities!, warmed: 1,
                    options with { Kind = selection.ForClassifier.Kind, Precision = EncoderPrecision.Fp32 });
            }
            (IInferenceEngine encoder, EngineChoice choice) = selection.First(options, offered, (candidate, chosen) => Proven(
                candidate, EncoderPrecision.File(chosen.Precision), [3, size, size], dimensions, probes.Images, probes.Embeddings, options.MaxBatch, chosen));
            return new AdmittedGeneration(manifest, encoder, choice, classifier);
        }
        catch (Exception exception)
        {
            classifier?.Dispose();
            if (exception is OperationCanceledException)
                throw;
            throw new AdmissionException($"Generation {folder.Number} is not admitted. {exception.Message}", exception);
        }

        IInferenceEngine Proven(
            EngineCandidate candidate, string file, int[] item, int dimensions, float[] inputs, float[] expected, int warmed, EngineOptions chosen)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IInferenceEngine engine = candidate.Load(folder.File(file), folder.Manifest.Files[file], chosen);
            try
            {
                Check(engine, file, item, dimensions);
                new ProbeReplay(file, folder.Manifest.Tolerance[chosen.Precision]).Run(engine, inputs, expected, options.MaxBatch, cancellationToken);
                Warm(engine, warmed, cancellationToken); // no request is the first of its batch size
                return engine;
            }
            catch
            {
                engine.Dispose();
                throw;
            }
        }
    }

    // fp32 is in every generation, and the classifier's; the others where file and tolerance are there.
    private static string[] Offered(GenerationFolder folder, string wanted)
    {
        string[] offered = [.. folder.Manifest.Tolerance.Keys.Where(precision => folder.Has(EncoderPrecision.File(precision)))];
        foreach (string needed in wanted == EncoderPrecision.Auto ? [EncoderPrecision.Fp32] : new[] { EncoderPrecision.Fp32, wanted })
        {
            if (!folder.Manifest.Tolerance.ContainsKey(needed))
                throw new AdmissionException($"Its manifest states no tolerance for {needed}{(needed == EncoderPrecision.Fp32 ? "" : "; precision auto takes what there is")}.");
            if (!offered.Contains(needed))
                throw new AdmissionException($"It has no {EncoderPrecision.File(needed)}; precision auto takes what there is.");
        }
        return offered;
    }

    private static void Check(IInferenceEngine engine, string file, int[] item, int dimensions)
    {
        if (!engine.ItemShape.AsSpan().SequenceEqual(item) || engine.Dimensions != dimensions)
            throw new AdmissionException($"{file} maps [{string.Join(", ", engine.ItemShape)}] to [{engine.Dimensions}]; the manifest says [{string.Join(", ", item)}] to [{dimensions}].");
    }

    private static void Warm(IInferenceEngine engine, int maxBatch, CancellationToken cancellationToken)
    {
        int item = engine.ItemLength;
        float[] input = new float[maxBatch * item], output = new float[maxBatch * engine.Dimensions];
        for (int n = 1; ; n = Math.Min(2 * n, maxBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            engine.Run(input.AsSpan(0, n * item), n, output.AsSpan(0, n * engine.Dimensions));
            if (n == maxBatch)
                return;
        }
    }
}
