using System.Globalization;
using System.Numerics.Tensors;
using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Core.Search.Bridges;
using Perennial.Endpoints.Contracts;

namespace Perennial.Endpoints;

/// <summary>Vectors that callers kept: as they are where the same encoder serves, over a bridge where another one does and a bridge is good enough, else refused.</summary>
internal sealed class VectorQueries(GenerationStore generations, BridgeStore bridges, PolicyStore policies)
{
    /// <summary>What is searched with, [dimensions of the serving encoder], unit length.</summary>
    /// <param name="given">As /embed answered it; its length need not be 1.</param>
    /// <param name="generation">The generation that made it.</param>
    /// <param name="serving">The generation that answers.</param>
    /// <param name="bridge">The bridge that was used; null where none was needed.</param>
    /// <exception cref="ProblemException">409 <c>generation_mismatch</c>, or 400 for a vector of the wrong length or without direction.</exception>
    public float[] Of(IReadOnlyList<float> given, int generation, GenerationManifest serving, out BridgeAnswer? bridge)
    {
        bridge = null;
        if (generation == serving.Number) return Unit(given, serving);
        GenerationManifest maker = ManifestOf(generation)
            ?? throw Mismatch($"There is no generation {generation} any more, so nothing can be said of its vectors; generation {serving.Number} serves.");
        if (maker.Digest == serving.Digest) return Unit(given, serving);

        EmbeddingBridge found = Offered(maker, serving);
        float[] mapped = found.Map.Apply(Unit(given, maker)) ?? throw ProblemException.Invalid("The bridge leads this vector to nothing: embed the image again.");
        bridge = new BridgeAnswer(generation, serving.Number, found.Method.ToString().ToLowerInvariant(), found.Quality.RecallAt10, found.Quality.Images);
        return mapped;
    }

    private EmbeddingBridge Offered(GenerationManifest maker, GenerationManifest serving)
    {
        string refusal = string.Create(CultureInfo.InvariantCulture,
            $"The vector is of generation {maker.Number}, and generation {serving.Number} serves with another encoder: their vectors cannot be compared");
        BridgePolicy policy = policies.Current.Bridge;
        if (!policy.Enabled) throw Mismatch($"{refusal}, and bridges are switched off in the policy.");
        if (bridges.Find(maker.Digest, serving.Digest) is not { } found)
            throw Mismatch($"{refusal}, and no bridge was measured between the two: bridges are built for a generation that serves, or is kept ready, when its successor is indexed.");
        if (found.Quality.RecallAt10 < policy.LeastRecall)
        {
            throw Mismatch(string.Create(CultureInfo.InvariantCulture,
                $"{refusal}; a bridge finds only {found.Quality.RecallAt10:P1} of the nearest images, below the {policy.LeastRecall:P1} that the policy asks for."));
        }
        return found;
    }

    private GenerationManifest? ManifestOf(int generation)
    {
        try
        {
            return generation < 1 ? null : generations.Find(generation)?.Manifest;
        }
        catch (GenerationException)
        {
            return null; // damaged: nothing can be said of its vectors
        }
    }

    private static float[] Unit(IReadOnlyList<float> given, GenerationManifest maker)
    {
        if (given.Count != maker.Dimensions) throw ProblemException.Invalid($"The vector has {given.Count} components; generation {maker.Number} has {maker.Dimensions}.");
        float[] vector = [.. given];
        float norm = TensorPrimitives.Norm<float>(vector);
        if (!float.IsFinite(norm) || norm == 0) throw ProblemException.Invalid("The vector has no direction: its length is zero or not finite.");
        TensorPrimitives.Divide(vector, norm, vector);
        return vector;
    }

    private static ProblemException Mismatch(string because) =>
        new(StatusCodes.Status409Conflict, ErrorCode.GenerationMismatch, $"{because} Embed the image again.");
}
