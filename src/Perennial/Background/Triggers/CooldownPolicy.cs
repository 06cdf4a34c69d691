using System.ComponentModel.DataAnnotations;

namespace Perennial.Background.Triggers;

/// <summary>How long the server waits after an automatic run before it starts the next; runs that a person starts are not held up.</summary>
public sealed record CooldownPolicy : IValidatableObject
{
    /// <summary>Minutes from the end of an automatic run.</summary>
    /// <value>Default 60. 0 to 525,600.</value>
    [Range(0, 525_600)]
    public int Minutes { get; init; } = 60;

    /// <summary>How many times longer the pause is after each automatic run in a row that failed, was rejected or cancelled.</summary>
    /// <value>Default 2. 1 to 100.</value>
    [Range(1, 100.0)]
    public double Growth { get; init; } = 2;

    /// <summary>Longest pause in minutes.</summary>
    /// <value>Default 1440: a day. 0 to 525,600.</value>
    [Range(0, 525_600)]
    public int LongestMinutes { get; init; } = 1440;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LongestMinutes < Minutes)
            yield return new ValidationResult($"is below minutes ({Minutes}); raise it, or lower minutes.", [nameof(LongestMinutes)]);
    }

    /// <summary>The pause after so many fruitless runs in a row; after one at least a minute, so that a run that cannot succeed does not come back at once.</summary>
    internal TimeSpan After(int fruitless) => fruitless == 0
        ? TimeSpan.FromMinutes(Minutes)
        : TimeSpan.FromMinutes(Math.Max(1, Math.Min(LongestMinutes, Math.Max(1, Minutes) * Math.Pow(Growth, fruitless))));
}
