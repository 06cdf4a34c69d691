namespace Perennial.Bench;

/// <summary>What came of a strategy.</summary>
/// <param name="Strategy">Which.</param>
/// <param name="Accuracies">One row for each task learned (one alone for joint), one column for each task measured: kNN accuracy on its test images, looked for among the training images of all classes, [0, 1].</param>
/// <param name="Knn">The same over all test images at the end.</param>
/// <param name="Seconds">Of training.</param>
internal sealed record ContinualFigures(ContinualStrategy Strategy, IReadOnlyList<IReadOnlyList<double>> Accuracies, double Knn, double Seconds)
{
    /// <summary>
    /// Mean over all tasks but the last: the highest accuracy that the task has had since it was learned, less the one at the end. Negative where later tasks helped. Null for joint.
    /// </summary>
    /// <remarks>Source: Chaudhry et al., "Riemannian Walk for Incremental Learning", arXiv:1801.10112, section 3.1.</remarks>
    public double? Forgetting => Accuracies.Count < 2 ? null
        : Enumerable.Range(0, Accuracies.Count - 1).Average(task => Accuracies.Skip(task).SkipLast(1).Max(after => after[task]) - Accuracies[^1][task]);
}
