namespace Perennial.Core.Corpus;

/// <summary>An image that was left out.</summary>
/// <param name="Name">Its id or its name in the dataset.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record SkippedImage(string Name, string Reason);
