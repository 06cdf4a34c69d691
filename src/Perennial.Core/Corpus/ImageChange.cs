namespace Perennial.Core.Corpus;

/// <summary>The latest change of one image. Followers replay changes in the order of <paramref name="Seq"/>.</summary>
/// <param name="Seq">Strictly growing over the life of the catalogue; no number is given twice.</param>
/// <param name="ImageId">The image.</param>
/// <param name="Deleted">True when it left the corpus; false when it was added or its label or metadata changed.</param>
public sealed record ImageChange(long Seq, string ImageId, bool Deleted);
