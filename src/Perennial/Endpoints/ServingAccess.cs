using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Inference.Swapping;
using Perennial.Telemetry;

namespace Perennial.Endpoints;

/// <summary>How a call takes the one generation that answers it.</summary>
internal static class ServingAccess
{
    /// <summary>Header with the number of the generation that answered.</summary>
    public const string GenerationHeader = "X-Perennial-Generation";

    /// <summary>Header with the digest of the encoder that answered.</summary>
    public const string DigestHeader = "X-Perennial-Digest";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Refuses before the body is read, so that nobody uploads images that nothing can answer.</summary>
    /// <exception cref="ProblemException">503 <c>no_generation</c>.</exception>
    public static void RefuseWithoutGeneration(this Serving serving)
    {
        using Lease<ServingPair>? lease = serving.TryAcquire();
        if (lease is null) throw NoGeneration();
    }

    /// <summary>The lease of this request, its only one; names the generation in the answer's headers. Dispose it when the answer is computed.</summary>
    /// <exception cref="ProblemException">503 <c>no_generation</c>.</exception>
    public static Lease<ServingPair> Acquire(this Serving serving, HttpContext context)
    {
        Lease<ServingPair> lease = serving.TryAcquire() ?? throw NoGeneration();
        GenerationManifest manifest = lease.Value.Manifest;
        context.Response.Headers[GenerationHeader] = manifest.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.Headers[DigestHeader] = manifest.Digest;
        RequestTiming timing = RequestTiming.Of(context);
        (timing.Generation, timing.Digest) = (manifest.Number, manifest.Digest);
        return lease;
    }

    public static ProblemException NoGeneration() => new(StatusCodes.Status503ServiceUnavailable, ErrorCode.NoGeneration,
        "No generation serves yet: add images and start a run with POST /admin/runs.")
    { RetryAfter = RetryAfter };
}
