namespace Perennial.Background.Triggers;

/// <summary>Of two limits, which must be reached.</summary>
public enum AmountRule
{
    All,

    Any,
}
