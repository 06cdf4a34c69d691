using System.Globalization;

namespace Perennial.Endpoints.Input;

/// <summary>A parameter of the query: how it is read, and how OpenAPI describes it.</summary>
internal sealed record QueryParameter(string Name, string Description)
{
    /// <summary>Set for whole numbers.</summary>
    public (int Minimum, int Maximum)? Range { get; init; }

    /// <summary>Set where only these words are allowed.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>What leaving it out means, for OpenAPI.</summary>
    public string? Default { get; init; }

    /// <summary>The number in this request, or null.</summary>
    /// <exception cref="ProblemException">400: not a number, out of range, or given twice.</exception>
    public int? Number(HttpRequest request)
    {
        if (Text(request) is not { } text) return null;
        (int minimum, int maximum) = Range!.Value;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum && number <= maximum
            ? number
            : throw ProblemException.Invalid($"'{Name}' must be a whole number from {minimum} to {maximum}.");
    }

    /// <summary>The text in this request, or null.</summary>
    /// <exception cref="ProblemException">400: not one of <see cref="Words"/>, or given twice.</exception>
    public string? Text(HttpRequest request)
    {
        if (!request.Query.TryGetValue(Name, out var values)) return null;
        if (values is not [{ } text]) throw ProblemException.Invalid($"'{Name}' is given more than once.");
        return Words is null || Words.Contains(text) ? text : throw ProblemException.Invalid($"'{Name}' must be {string.Join(" or ", Words)}.");
    }
}
