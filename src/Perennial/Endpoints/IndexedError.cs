namespace Perennial.Endpoints;

/// <summary>An <see cref="ItemError"/> with the position of its image in the request, from 0.</summary>
public sealed record IndexedError(int Index, string Code, string Message);
