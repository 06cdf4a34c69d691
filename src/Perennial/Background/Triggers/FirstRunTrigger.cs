using System.ComponentModel.DataAnnotations;

namespace Perennial.Background.Triggers;

/// <summary>A server without a generation that learned from its own images (or still on the starter) learns when so many are there.</summary>
public sealed record FirstRunTrigger
{
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>Images that are enough.</summary>
    /// <value>Default 1000. 1 to 1,000,000,000; a run needs as many as its recipe's batch in any case.</value>
    [Range(1, 1_000_000_000)]
    public int Images { get; init; } = 1000;
}
