namespace Perennial.Access;

/// <summary>Metadata of an endpoint: the scope that a caller's key must have. <see cref="Scope.None"/> is open to everybody.</summary>
internal sealed record RequiredScope(Scope Scope);
