using Perennial.Core.Images;

namespace Perennial.Core.Corpus;

/// <summary>The bytes of one or more candidates, and what is known of them so far.</summary>
internal sealed class CandidateContent(string id, ReadOnlyMemory<byte> bytes)
{
    public string Id => id;

    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Set once the image was decoded.</summary>
    public ImageInfo? Info { get; set; }

    /// <summary>Set when the image cannot be accepted.</summary>
    public AddOutcome? Refusal { get; set; }
}
