using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Perennial.Background;

/// <summary>What cannot be in a policy: every member out of its range, and every contradiction of a section, named as it is written in JSON.</summary>
internal static class PolicyFaults
{
    /// <summary>One sentence a fault; none for a policy that may be put into force.</summary>
    public static IEnumerable<string> Of(Policy policy) => Of(policy, "");

    private static IEnumerable<string> Of(object section, string path)
    {
        foreach (PropertyInfo member in section.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            object? value = member.GetValue(section);
            string at = Join(path, member.Name);
            foreach (ValidationAttribute rule in member.GetCustomAttributes<ValidationAttribute>())
            {
                if (!rule.IsValid(value)) yield return Sentence(rule, at, value);
            }
            if (value is null || value.GetType() is not { IsClass: true } type || type.Assembly.GetName().Name?.StartsWith("perennial", StringComparison.OrdinalIgnoreCase) != true) continue;
            foreach (string fault in Of(value, at)) yield return fault;
        }
        if (section is not IValidatableObject whole) yield break;
        foreach (ValidationResult fault in whole.Validate(new ValidationContext(section)))
            yield return $"'{string.Join("', '", fault.MemberNames.Select(name => Join(path, name)))}' {fault.ErrorMessage}";
    }

    private static string Sentence(ValidationAttribute rule, string at, object? value) => rule switch
    {
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"'{at}' is {value}; give a number from {range.Minimum} to {range.Maximum}."),
        RequiredAttribute => $"'{at}' is empty; give it a value, or leave it out for the default.",
        StringLengthAttribute length => $"'{at}' is longer than {length.MaximumLength} characters; shorten it.",
        _ => rule.FormatErrorMessage(at),
    };

    private static string Join(string path, string member)
    {
        string name = JsonNamingPolicy.CamelCase.ConvertName(member);
        return path.Length == 0 ? name : $"{path}.{name}";
    }
}
