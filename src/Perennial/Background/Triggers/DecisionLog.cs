using System.Globalization;

namespace Perennial.Background.Triggers;

/// <summary>What decisions write to the log: each new one as information; the same again, with other figures, for debugging.</summary>
internal static partial class DecisionLog
{
    [LoggerMessage(130, LogLevel.Information, "Decision {Decision}: {Outcome}. {Reason} [{Figures}]")]
    public static partial void Decided(ILogger logger, long decision, DecisionOutcome outcome, string reason, string figures);

    [LoggerMessage(131, LogLevel.Debug, "Decision {Decision} again: {Outcome}. {Reason} [{Figures}]")]
    public static partial void DecidedAgain(ILogger logger, long decision, DecisionOutcome outcome, string reason, string figures);

    [LoggerMessage(132, LogLevel.Error, "Whether to learn could not be decided; next try in {Seconds} s.")]
    public static partial void Fault(ILogger logger, double seconds, Exception fault);

    /// <summary>Value and threshold of each trigger that is switched on.</summary>
    public static string Figures(Decision decision) => string.Join("; ",
        from reading in decision.Readings
        where reading.State != TriggerState.Off
        select string.Create(CultureInfo.InvariantCulture, $"{reading.Trigger} {reading.Value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "-"}/{reading.Threshold?.ToString("0.###", CultureInfo.InvariantCulture) ?? "-"}"));
}
