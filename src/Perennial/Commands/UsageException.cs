namespace Perennial.Commands;

/// <summary>The person asked for something that cannot be done as asked: exit code 2, and the message alone on stderr.</summary>
/// <param name="message">One sentence that names what was given and what to give instead.</param>
public sealed class UsageException(string message) : Exception(message);
