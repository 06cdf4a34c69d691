using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

public sealed class ConfusionMatrixTests
{
    // The example in scikit-learn's documentation of confusion_matrix.
    [Fact]
    public void Counts_as_scikit_learn_does()
    {
        var matrix = new ConfusionMatrix(["ant", "bird", "cat"], [2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]);
        int[] rows = [.. from actual in Enumerable.Range(0, 3) from predicted in Enumerable.Range(0, 3) select matrix[actual, predicted]];
        Assert.Equal([2, 0, 0, 0, 0, 1, 1, 0, 2], rows);
        Assert.Equal(4.0 / 6, matrix.Accuracy, 1e-12);
        Assert.Equal([1, 0, 2.0 / 3], [matrix.Recall(0), matrix.Recall(1), matrix.Recall(2)]);
        Assert.Equal(2.0 / 3, matrix.Precision(0), 1e-12);
        Assert.True(double.IsNaN(matrix.Precision(1)));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, -1)]
    public void A_number_that_is_no_class_is_refused(int actual, int predicted) =>
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(["a", "b", "c"], [actual], [predicted]));
}
