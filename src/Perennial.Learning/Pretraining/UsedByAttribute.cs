namespace Perennial.Learning.Pretraining;

/// <summary>The methods that a recipe's key means something to; without it, all.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UsedByAttribute(params string[] methods) : Attribute
{
    /// <summary>Names of methods.</summary>
    public IReadOnlyList<string> Methods => methods;
}
