namespace Perennial.Learning.Pretraining;

/// <summary>Methods and backbones that a recipe's key means something to; without it, to all.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UsedByAttribute(params string[] names) : Attribute
{
    /// <summary>By the names of <c>method</c> and <c>backbone</c>.</summary>
    public IReadOnlyList<string> Names => names;
}
