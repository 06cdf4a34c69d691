using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Perennial.Access;
using Perennial.Core.Images;
using Perennial.Core.Search;
using Perennial.Inference.Batching;
using Perennial.Inference.Engines;
using Perennial.Telemetry;

namespace Perennial.Hosting;

/// <summary>What can be configured of the service, section <c>Perennial</c>: by <c>--config FILE</c>, by environment (<c>Perennial__Limits__MaxImagesPerRequest=128</c>) or by flags.</summary>
public sealed class PerennialOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Perennial";

    /// <summary>Where everything is kept; created when absent.</summary>
    /// <value>Default <c>./data</c>.</value>
    [Required(ErrorMessage = "Perennial:DataDirectory is empty; name a directory, or leave it out for ./data.")]
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Addresses to listen on, separated by ';'. Without keys they must be loopback addresses.</summary>
    /// <value>Default <c>http://127.0.0.1:8080</c>. Port 0 takes a free one.</value>
    [Required(ErrorMessage = "Perennial:Urls is empty; give for example http://127.0.0.1:8080.")]
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <inheritdoc cref="AdminOptions"/>
    [ValidateObjectMembers]
    public AdminOptions Admin { get; set; } = new();

    /// <inheritdoc cref="LimitOptions"/>
    [ValidateObjectMembers]
    public LimitOptions Limits { get; set; } = new();

    /// <inheritdoc cref="ImageLimits"/>
    [ValidateObjectMembers]
    public ImageLimits Images { get; set; } = new();

    /// <inheritdoc cref="BatchQueueOptions"/>
    [ValidateObjectMembers]
    public BatchQueueOptions Batching { get; set; } = new();

    /// <inheritdoc cref="EngineOptions"/>
    [ValidateObjectMembers]
    public EngineOptions Engine { get; set; } = new();

    /// <inheritdoc cref="EmbeddedIndexOptions"/>
    [ValidateObjectMembers]
    public EmbeddedIndexOptions Index { get; set; } = new();

    /// <inheritdoc cref="RateLimitOptions"/>
    [ValidateObjectMembers]
    public RateLimitOptions RateLimit { get; set; } = new();

    /// <inheritdoc cref="CorsOptions"/>
    public CorsOptions Cors { get; set; } = new();

    /// <inheritdoc cref="MetricsOptions"/>
    public MetricsOptions Metrics { get; set; } = new();

    /// <inheritdoc cref="TelemetryOptions"/>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>Who may call; empty: everybody, on loopback only.</summary>
    public IList<KeyOptions> Keys { get; } = [];
}
