using Perennial.Core.Generations;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Swapping;

/// <summary>
/// The gate between a generation folder and traffic. Nothing that has not passed it is ever published in a <see cref="Slot{T}"/>.
/// </summary>
public static class Admission
{
    /// <summary>
    /// Verifies every file's digest, loads the engines, replays the probes within the manifest's tolerance and runs each batch size
    /// that traffic will meet once. Takes seconds and blocks: call it off the request path.
    /// </summary>
    /// <param name="folder">The generation.</param>
    /// <param name="options">Threads, precision of the encoder, largest batch.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    /// <exception cref="AdmissionException">The generation must not serve; whatever was loaded is freed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; whatever was loaded is freed.</exception>
    public static AdmittedGeneration Admit(GenerationFolder folder, EngineOptions options, CancellationToken cancellationToken) =>
        Admit(folder, options, OnnxRuntimeEngine.Load, cancellationToken);

    /// <param name="folder">The generation.</param>
    /// <param name="options">Threads, precision of the encoder, largest batch.</param>
    /// <param name="load">Makes an engine of an ONNX file; disposed here when the generation is refused.</param>
    /// <param name="cancellationToken">Checked between the steps.</param>
    internal static AdmittedGeneration Admit(GenerationFolder folder, EngineOptions options, Func<string, EngineOptions, IInferenceEngine> load, CancellationToken cancellationToken)
    {
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        IInferenceEngine? encoder = null, classifier = null;
        try
        {
            // Step 1: the files are the ones that were committed.
            folder.Verify();
            cancellationToken.ThrowIfCancellationRequested();
            ProbeTolerance tolerance = ToleranceOf(folder.Manifest, options.Precision), exact = ToleranceOf(folder.Manifest, "fp32");
            Probes probes = Probes.Read(folder);

            // Step 2: the engines are what the manifest says.
            int size = folder.Manifest.Preprocessing.Size, dimensions = folder.Manifest.Dimensions, classes = folder.Manifest.Labels.Count;
            string encoderFile = options.Precision == "fp16" ? GenerationFiles.EncoderFp16 : GenerationFiles.Encoder;
            encoder = Checked(load(folder.File(encoderFile), options), encoderFile, [3, size, size], dimensions);
            cancellationToken.ThrowIfCancellationRequested();
            if (classes > 0)
                classifier = Checked(load(folder.File(GenerationFiles.Classifier), options with { Precision = "fp32" }), GenerationFiles.Classifier, [dimensions], classes);

            // Step 3: they answer as torch did.
            new ProbeReplay(encoderFile, tolerance).Run(encoder, probes.Images, probes.Embeddings, options.MaxBatch, cancellationToken);
            if (classifier is not null)
                new ProbeReplay(GenerationFiles.Classifier, exact).Run(classifier, probes.Embeddings, probes.Probabilities!, options.MaxBatch, cancellationToken);

            // Step 4: no request is the first of its batch size.
            Warm(encoder, options.MaxBatch, cancellationToken);
            if (classifier is not null)
                Warm(classifier, 1, cancellationToken);
            return new AdmittedGeneration(folder.Manifest, encoder, classifier);
        }
        catch (Exception exception)
        {
            classifier?.Dispose();
            encoder?.Dispose();
            if (exception is OperationCanceledException)
                throw;
            throw new AdmissionException($"Generation {folder.Number} is not admitted. {exception.Message}", exception);
        }
    }

    private static ProbeTolerance ToleranceOf(GenerationManifest manifest, string precision) =>
        manifest.Tolerance.TryGetValue(precision, out ProbeTolerance? tolerance) ? tolerance
            : throw new AdmissionException($"Its manifest states no tolerance for {precision}.");

    private static IInferenceEngine Checked(IInferenceEngine engine, string file, int[] item, int dimensions)
    {
        if (engine.ItemShape.AsSpan().SequenceEqual(item) && engine.Dimensions == dimensions)
            return engine;
        string found = $"{file} maps [{string.Join(", ", engine.ItemShape)}] to [{engine.Dimensions}]; the manifest says [{string.Join(", ", item)}] to [{dimensions}].";
        engine.Dispose();
        throw new AdmissionException(found);
    }

    private static void Warm(IInferenceEngine engine, int maxBatch, CancellationToken cancellationToken)
    {
        int item = engine.ItemShape.Aggregate(1, (product, size) => product * size);
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
