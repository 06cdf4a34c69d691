namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>What the client does when it has sent all that it sends.</summary>
internal enum Farewell
{
    /// <summary>It waits for the answer.</summary>
    None,

    /// <summary>It says that no more will come, and waits for the answer.</summary>
    HalfClose,

    /// <summary>It is gone, as if its process had been killed.</summary>
    Reset,
}
