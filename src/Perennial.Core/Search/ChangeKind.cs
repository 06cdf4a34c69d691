namespace Perennial.Core.Search;

/// <summary>The numbers are part of the journal's format.</summary>
internal enum ChangeKind : byte
{
    Upsert = 1,
    Payload = 2,
    Delete = 3,
}
