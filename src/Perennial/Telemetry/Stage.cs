namespace Perennial.Telemetry;

/// <summary>Parts of a request whose time is measured: label <c>stage</c> of <see cref="RequestMetrics.Seconds"/>.</summary>
internal static class Stage
{
    /// <summary>Receiving and parsing the body.</summary>
    public const string Read = "read";

    /// <summary>Image bytes to tiles.</summary>
    public const string Decode = "decode";

    /// <summary>Waiting for a batch and the encoder's run, until the last image of the request is embedded.</summary>
    public const string Embed = "embed";

    /// <summary>Of <see cref="Embed"/>: the longest wait of an image of the request for its batch.</summary>
    public const string Queue = "queue";

    /// <summary>Of <see cref="Embed"/>: the longest run of a batch with an image of the request.</summary>
    public const string Inference = "inference";

    /// <summary>The classifier.</summary>
    public const string Classify = "classify";

    /// <summary>The vector collection.</summary>
    public const string Search = "search";

    /// <summary>Making images durable.</summary>
    public const string Store = "store";

    /// <summary>The whole request.</summary>
    public const string Total = "total";
}
