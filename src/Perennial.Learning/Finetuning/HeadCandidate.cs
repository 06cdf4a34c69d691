namespace Perennial.Learning.Finetuning;

/// <summary>What a head may look like: its hidden width and how strongly large weights are discouraged.</summary>
/// <param name="Hidden">Width of the hidden layer; 0 for a linear head.</param>
/// <param name="L2">Weight of half the squared norm of the weight matrices in the loss, on standardised embeddings.</param>
internal sealed record HeadCandidate(int Hidden, double L2)
{
    /// <summary>Linear heads from nearly free to strongly held.</summary>
    public static IReadOnlyList<HeadCandidate> Linear { get; } = [.. ((double[])[1e-4, 1e-3, 1e-2, 1e-1]).Select(l2 => new HeadCandidate(0, l2))];

    /// <summary>Heads with one hidden layer.</summary>
    public static IReadOnlyList<HeadCandidate> Mlp(int hidden) => [.. ((double[])[1e-3, 1e-2]).Select(l2 => new HeadCandidate(hidden, l2))];
}
