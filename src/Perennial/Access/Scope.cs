namespace Perennial.Access;

/// <summary>What a key may do. A key has exactly the scopes that its configuration lists: <c>admin</c> does not include the others.</summary>
[Flags]
public enum Scope
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Embed, classify and search; read images of the corpus.</summary>
    Infer = 1,

    /// <summary>Add, label and delete images.</summary>
    Write = 2,

    /// <summary>Runs, generations, rollback and policy.</summary>
    Admin = 4,
}
