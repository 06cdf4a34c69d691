using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Perennial.Hosting;

/// <summary>Checks the options when the server starts. Each failure is one sentence that names the configuration key and what it may be.</summary>
internal sealed class PerennialOptionsValidator : IValidateOptions<PerennialOptions>
{
    public ValidateOptionsResult Validate(string? name, PerennialOptions options)
    {
        List<string> failures = [.. RangeFailures(options, PerennialOptions.Section), .. options.Keys.Select((key, at) => key.Problem(at)).OfType<string>()];
        for (int at = 0; at < options.Keys.Count; at++)
        {
            if (options.Keys[at].RateLimit is { } limit) failures.AddRange(RangeFailures(limit, $"{PerennialOptions.Section}:Keys:{at}:RateLimit"));
        }
        failures.AddRange(new[] { options.Cors.Problem(), options.Telemetry.Problem() }.OfType<string>());
        if (options.Limits.MaxBytesInFlight < options.Limits.MaxRequestBytes)
            failures.Add($"Perennial:Limits:MaxBytesInFlight is {options.Limits.MaxBytesInFlight}, less than one request may have (MaxRequestBytes, {options.Limits.MaxRequestBytes}); raise it.");
        if (options.Keys.GroupBy(key => key.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            failures.Add($"Two keys in Perennial:Keys have the name '{twice.Key}'; give each its own.");
        try
        {
            new Listeners(options).RefuseOpenListenersWithoutKeys(options.Keys.Count > 0);
        }
        catch (FormatException exception)
        {
            failures.Add(exception.Message);
        }
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string Failure(ValidationAttribute rule, string key, object? value) => rule switch
    {
        RangeAttribute range => $"{key} is {value}; it must be between {range.Minimum} and {range.Maximum}.",
        AllowedValuesAttribute allowed => $"{key} is '{value}'; it must be one of {string.Join(", ", allowed.Values)}.",
        _ => rule.FormatErrorMessage(key),
    };

    private static IEnumerable<string> RangeFailures(object options, string path)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0))
        {
            object? value = property.GetValue(options);
            string key = $"{path}:{property.Name}";
            if (property.IsDefined(typeof(ValidateObjectMembersAttribute)) && value is not null)
            {
                foreach (string failure in RangeFailures(value, key)) yield return failure;
            }
            foreach (ValidationAttribute rule in property.GetCustomAttributes<ValidationAttribute>().Where(rule => !rule.IsValid(value)))
                yield return Failure(rule, key, value);
        }
    }
}
