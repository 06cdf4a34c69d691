namespace Perennial.Core.Corpus;

/// <summary>A file of a dataset.</summary>
/// <param name="Name">Its path as <see cref="DatasetName.Of"/> gives it.</param>
/// <param name="Open">Opens its content.</param>
internal readonly record struct DatasetEntry(string Name, Func<Stream> Open);
