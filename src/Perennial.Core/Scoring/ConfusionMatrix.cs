namespace Perennial.Core.Scoring;

/// <summary>How often each class was taken for each.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    /// <param name="classes">Names, in the order of the numbers below; 1 or more.</param>
    /// <param name="actual">Class of each image, 0 .. C - 1.</param>
    /// <param name="predicted">What each was taken for.</param>
    /// <exception cref="ArgumentException">The lists differ in length or hold a number that is no class.</exception>
    public ConfusionMatrix(IReadOnlyList<string> classes, IReadOnlyList<int> actual, IReadOnlyList<int> predicted)
    {
        if (actual.Count != predicted.Count) throw new ArgumentException($"{actual.Count} classes do not go with {predicted.Count} predictions.", nameof(predicted));
        Classes = classes;
        _counts = new int[classes.Count, classes.Count];
        for (int i = 0; i < actual.Count; i++)
        {
            if ((uint)actual[i] >= classes.Count || (uint)predicted[i] >= classes.Count)
                throw new ArgumentException($"Image {i} has class {actual[i]} and prediction {predicted[i]}; there are {classes.Count} classes.", nameof(actual));
            _counts[actual[i], predicted[i]]++;
        }
        Images = actual.Count;
    }

    /// <summary>Names.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Images counted.</summary>
    public int Images { get; }

    /// <summary>Images of class <paramref name="actual"/> that were taken for <paramref name="predicted"/>.</summary>
    public int this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>Share of images on the diagonal, [0, 1]; NaN without images.</summary>
    public double Accuracy => (double)Enumerable.Range(0, Classes.Count).Sum(c => _counts[c, c]) / Images;

    /// <summary>Share of a class's images that were named rightly, [0, 1]; NaN where it has none.</summary>
    public double Recall(int of) => (double)_counts[of, of] / Enumerable.Range(0, Classes.Count).Sum(predicted => _counts[of, predicted]);

    /// <summary>Share of what was taken for a class that is of it, [0, 1]; NaN where nothing was.</summary>
    public double Precision(int of) => (double)_counts[of, of] / Enumerable.Range(0, Classes.Count).Sum(actual => _counts[actual, of]);
}
