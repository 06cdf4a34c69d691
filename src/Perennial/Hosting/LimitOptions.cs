using System.ComponentModel.DataAnnotations;

namespace Perennial.Hosting;

/// <summary>What a request and all requests together may take, section <c>Perennial:Limits</c>. What an image may measure is <c>Perennial:Images</c>.</summary>
public sealed class LimitOptions
{
    /// <summary>Most bytes of a request's body, however it is encoded.</summary>
    /// <value>Default 64 MiB. 1 KiB to 2 GiB - 1.</value>
    [Range(1024, int.MaxValue)]
    public int MaxRequestBytes { get; set; } = 64 << 20;

    /// <summary>Most images in one request.</summary>
    /// <value>Default 64. 1 to 4096.</value>
    [Range(1, 4096)]
    public int MaxImagesPerRequest { get; set; } = 64;

    /// <summary>Most bytes of bodies that all requests together hold in memory; further requests are answered 429.</summary>
    /// <value>Default 512 MiB. 1 KiB to 1 TiB; not below <see cref="MaxRequestBytes"/>.</value>
    [Range(1024L, 1L << 40)]
    public long MaxBytesInFlight { get; set; } = 512L << 20;

    /// <summary>Requests that may wait while as many as there are cores store images or make thumbnails; further ones are answered 429.</summary>
    /// <value>Default 64. 0 to 65,536.</value>
    [Range(0, 65_536)]
    public int MaxWaitingWrites { get; set; } = 64;

    /// <summary>Most open connections; further ones are closed at once.</summary>
    /// <value>Default 1024. 1 to 1,000,000.</value>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 1024;

    /// <summary>Slowest body that is waited for, in bytes per second after the first 10 seconds; a slower one is answered 408.</summary>
    /// <value>Default 1024. 1 to 1 GiB.</value>
    [Range(1, 1 << 30)]
    public int MinBodyBytesPerSecond { get; set; } = 1024;

    /// <summary>Longest that a request to a model may take, from its head to its answer; it is then answered 503 and its images leave the queue.</summary>
    /// <value>Default 60 s. 0.1 s to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long running requests may take to finish when the server stops.</summary>
    /// <value>Default 30 s. 0 to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
