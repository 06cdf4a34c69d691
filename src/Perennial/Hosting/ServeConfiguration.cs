using Microsoft.Extensions.Options;
using Perennial.Commands;
using Perennial.Inference.Engines;
using Perennial.Telemetry;

namespace Perennial.Hosting;

/// <summary>Where settings come from, the later ones first to give way: flags, environment, <c>--config</c> file, defaults.</summary>
internal static class ServeConfiguration
{
    private const string UrlsKey = $"{PerennialOptions.Section}:{nameof(PerennialOptions.Urls)}";
    private const string WarmedBatchKey = $"{PerennialOptions.Section}:{nameof(PerennialOptions.Engine)}:{nameof(EngineOptions.MaxBatch)}";
    private const string OtlpKey = $"{PerennialOptions.Section}:{nameof(PerennialOptions.Telemetry)}:";
    private const string AdminUrlsKey = $"{PerennialOptions.Section}:{nameof(PerennialOptions.Admin)}:{nameof(AdminOptions.Urls)}";

    public static void Add(ConfigurationManager configuration, IEnumerable<KeyValuePair<string, string?>> settings, string? file)
    {
        if (file is not null)
        {
            if (!File.Exists(file)) throw new UsageException($"There is no configuration file {file}.");
            try
            {
                configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
            }
            catch (Exception exception) when (exception is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"The configuration file {file} cannot be read: {(exception.InnerException ?? exception).Message}");
            }
        }
        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(settings);
        // What the names of ASP.NET Core and OpenTelemetry say counts where ours say nothing.
        if (configuration[UrlsKey] is null && configuration["ASPNETCORE_URLS"] is { Length: > 0 } urls) configuration[UrlsKey] = urls;
        if (configuration[OtlpKey + nameof(TelemetryOptions.OtlpEndpoint)] is null && configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } collector) configuration[OtlpKey + nameof(TelemetryOptions.OtlpEndpoint)] = collector;
        if (configuration[OtlpKey + nameof(TelemetryOptions.OtlpProtocol)] is null && configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] is { Length: > 0 } protocol) configuration[OtlpKey + nameof(TelemetryOptions.OtlpProtocol)] = protocol.Replace("/", "", StringComparison.Ordinal);
        if (configuration[AdminUrlsKey] is null && configuration["Admin:Urls"] is { Length: > 0 } admin) configuration[AdminUrlsKey] = admin;
    }

    /// <exception cref="UsageException">A setting cannot be read or is out of range.</exception>
    public static PerennialOptions Read(IConfiguration configuration)
    {
        PerennialOptions options = new();
        if (configuration[WarmedBatchKey] is not null)
            throw new UsageException($"{WarmedBatchKey} is not a setting: engines are warmed up to the queue's largest batch; set Perennial:Batching:MaxBatch.");
        try
        {
            configuration.GetSection(PerennialOptions.Section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            throw new UsageException(exception.Message);
        }
        ValidateOptionsResult result = new PerennialOptionsValidator().Validate(null, options);
        return result.Failed ? throw new UsageException(string.Join(' ', result.Failures)) : options;
    }
}
