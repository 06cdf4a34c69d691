namespace Perennial.Access;

/// <summary>Who a key belongs to, and what it may do.</summary>
internal sealed record KeyHolder(string Name, Scope Scopes);
