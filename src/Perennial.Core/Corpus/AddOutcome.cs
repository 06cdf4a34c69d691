namespace Perennial.Core.Corpus;

/// <summary>What became of one incoming image.</summary>
/// <param name="Id">Its id; null when it was refused.</param>
/// <param name="Duplicate">Whether the corpus had it already.</param>
/// <param name="Width">Pixels, after EXIF orientation; 0 when it was refused.</param>
/// <param name="Height">Pixels, after EXIF orientation; 0 when it was refused.</param>
/// <param name="ErrorCode"><c>empty_image</c>, <c>unsupported_image</c>, <c>corrupt_image</c>, <c>image_too_large</c>, <c>invalid_request</c> (label or metadata), or null.</param>
/// <param name="ErrorMessage">What to change, or null.</param>
public sealed record AddOutcome(string? Id, bool Duplicate, int Width, int Height, string? ErrorCode, string? ErrorMessage)
{
    internal static AddOutcome Refused(string code, string message) => new(null, false, 0, 0, code, message);
}
