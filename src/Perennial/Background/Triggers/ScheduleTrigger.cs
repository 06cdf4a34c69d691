using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace Perennial.Background.Triggers;

/// <summary>Learns at set times, if there is anything new. Times that were missed while the server was down count as one.</summary>
public sealed record ScheduleTrigger : IValidatableObject
{
    /// <value>Default false.</value>
    public bool Enabled { get; init; }

    /// <summary>Minute, hour, day of the month, month, day of the week; with six fields, seconds first.</summary>
    /// <value>Default <c>0 3 * * *</c>: every night at three.</value>
    [Required, StringLength(200)]
    public string Cron { get; init; } = "0 3 * * *";

    /// <summary>The time zone that the times are meant in.</summary>
    /// <value>Default UTC; else a name such as Europe/Berlin.</value>
    [Required, StringLength(100)]
    public string TimeZone { get; init; } = "UTC";

    /// <summary>New images since the serving generation's snapshot below which a time passes unused.</summary>
    /// <value>Default 1. 0 to 1,000,000,000.</value>
    [Range(0, 1_000_000_000)]
    public int LeastNewImages { get; init; } = 1;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TryParseCron(Cron, out CronExpression? times, out string? fault))
            yield return new ValidationResult($"is no cron expression ({fault}); give five fields such as 0 3 * * *.", [nameof(Cron)]);
        else if (times.GetNextOccurrence(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null)
            yield return new ValidationResult("names a time that never comes; give one that does, such as 0 3 * * *.", [nameof(Cron)]);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            yield return new ValidationResult("is a time zone that is not known here; give UTC or a name such as Europe/Berlin.", [nameof(TimeZone)]);
    }

    /// <summary>The first time after a moment; null when expression or zone mean nothing here (a policy that was put on another machine).</summary>
    internal DateTimeOffset? NextAfter(DateTimeOffset moment) =>
        TryParseCron(Cron, out CronExpression? times, out _) && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out TimeZoneInfo? zone)
            ? times.GetNextOccurrence(moment, zone)
            : null;

    private static bool TryParseCron(string text, [NotNullWhen(true)] out CronExpression? times, [NotNullWhen(false)] out string? fault)
    {
        (times, fault) = (null, null);
        try
        {
            bool seconds = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length == 6;
            times = CronExpression.Parse(text, seconds ? CronFormat.IncludeSeconds : CronFormat.Standard);
            return true;
        }
        catch (CronFormatException exception)
        {
            fault = exception.Message.TrimEnd('.');
            return false;
        }
    }
}
