namespace Perennial.Core.Corpus;

/// <summary>An image of a dataset.</summary>
/// <param name="Name">Its path inside the dataset, with forward slashes.</param>
/// <param name="Label">Its class folder, or null.</param>
/// <param name="Split">From a leading train, test or val folder (val counts as <see cref="Corpus.Split.Test"/>), or null where the dataset has none.</param>
/// <param name="Bytes">The encoded image, unchecked.</param>
public sealed record DatasetImage(string Name, string? Label, Split? Split, byte[] Bytes);
