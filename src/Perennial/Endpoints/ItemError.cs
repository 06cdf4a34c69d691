namespace Perennial.Endpoints;

/// <summary>Why one image of a request was refused.</summary>
/// <param name="Code">One of <see cref="ErrorCode"/>.</param>
/// <param name="Message">What to change.</param>
public sealed record ItemError(string Code, string Message);
