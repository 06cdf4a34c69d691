namespace Perennial.Core.Corpus;

/// <summary>Which side of the held-out border an image lies on.</summary>
public enum Split
{
    /// <summary>Seen in training.</summary>
    Train,

    /// <summary>Never seen in training; models are judged on it.</summary>
    Test,
}
