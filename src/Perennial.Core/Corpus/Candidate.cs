namespace Perennial.Core.Corpus;

/// <summary>One incoming image on its way through <see cref="Admission"/>.</summary>
internal sealed class Candidate
{
    public required CandidateContent Content { get; set; }

    public string? Label { get; init; }

    public string? Metadata { get; init; }

    public AddOutcome? Refusal { get; init; }

    public static Candidate Of(IncomingImage image)
    {
        var (metadata, problem) = Annotations.Metadata(image.Metadata);
        problem ??= Annotations.ProblemOfLabel(image.Label);
        return new Candidate
        {
            Content = new CandidateContent(ImageId.Of(image.Bytes.Span), image.Bytes),
            Label = image.Label,
            Metadata = metadata,
            Refusal = problem is null ? null : AddOutcome.Refused("invalid_request", problem),
        };
    }

    public Candidate Share(Candidate other)
    {
        other.Content = Content;
        return this;
    }
}
