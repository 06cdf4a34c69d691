using Perennial.Core.Generations;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Swapping;

/// <summary>
/// Runs recorded inputs through an engine and demands the recorded outputs, each probe alone and all of them in batches: an
/// engine whose answer depends on who else is in the batch is refused, too.
/// </summary>
/// <param name="file">The file whose engine this is, for the message.</param>
/// <param name="tolerance">Of the manifest, for the engine's precision.</param>
internal sealed class ProbeReplay(string file, ProbeTolerance tolerance)
{
    /// <param name="engine">Takes items of <paramref name="inputs"/>.</param>
    /// <param name="inputs">[P, item]</param>
    /// <param name="expected">[P, engine.Dimensions]</param>
    /// <param name="maxBatch">Largest batch to try.</param>
    /// <param name="cancellationToken">Checked between the runs.</param>
    /// <exception cref="AdmissionException">A probe's output differs by more than the tolerance.</exception>
    public void Run(IInferenceEngine engine, float[] inputs, float[] expected, int maxBatch, CancellationToken cancellationToken)
    {
        int count = expected.Length / engine.Dimensions;
        Replay(engine, inputs, expected, count, batch: 1, cancellationToken);
        if (maxBatch > 1 && count > 1)
            Replay(engine, inputs, expected, count, maxBatch, cancellationToken);
    }

    private void Replay(IInferenceEngine engine, float[] inputs, float[] expected, int count, int batch, CancellationToken cancellationToken)
    {
        int item = inputs.Length / count, d = engine.Dimensions;
        float[] actual = new float[batch * d];
        for (int first = 0; first < count; first += batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int n = Math.Min(batch, count - first);
            engine.Run(inputs.AsSpan(first * item, n * item), n, actual.AsSpan(0, n * d)); // [n, item] -> [n, d]
            for (int i = 0; i < n; i++)
                Compare(first + i, n, expected.AsSpan((first + i) * d, d), actual.AsSpan(i * d, d));
        }
    }

    private void Compare(int probe, int batch, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double dot = 0, norms = 0, length = 0, difference = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (!float.IsFinite(actual[i]))
                throw Refused(probe, batch, $"component {i} is {actual[i]}");
            dot += (double)expected[i] * actual[i];
            norms += (double)expected[i] * expected[i];
            length += (double)actual[i] * actual[i];
            difference = Math.Max(difference, Math.Abs((double)expected[i] - actual[i]));
        }
        double cosine = norms > 0 && length > 0 ? dot / Math.Sqrt(norms * length) : 0;
        if (cosine < tolerance.MinCosine)
            throw Refused(probe, batch, FormattableString.Invariant($"the cosine with the recorded output is {cosine:G9}, below {tolerance.MinCosine:G9}"));
        if (difference > tolerance.MaxDifference)
            throw Refused(probe, batch, FormattableString.Invariant($"the output differs from the recorded one by {difference:G4}, more than {tolerance.MaxDifference:G4}"));
    }

    private AdmissionException Refused(int probe, int batch, string reason) =>
        new($"{file} does not answer as recorded: probe {probe}, in a batch of {batch}: {reason}.");
}
