namespace Perennial.Learning.Export;

/// <summary>
/// What a residual network is made of between its normalised images and its features, for whatever is done with it: writing nodes in float, writing
/// them in integers, measuring ranges, computing in integers.
/// </summary>
/// <typeparam name="T">A tensor, or the name of a value in a graph.</typeparam>
internal interface IResNetOperations<T>
{
    /// <summary>The normalised images [N, 3, H, W].</summary>
    T Images(T x);

    /// <summary>A convolution with its norm folded in.</summary>
    /// <param name="name">Of the convolution.</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="convolution">What it computes.</param>
    /// <param name="relu">Name of the ReLU behind it; null for none.</param>
    /// <returns>[N, C', H', W'].</returns>
    T Convolution(string name, T x, FoldedConvolution convolution, string? relu);

    /// <summary>Largest value in each square window, padding never being the largest.</summary>
    T MaxPool(string name, T x, int kernel, int stride, int padding);

    /// <summary>max(a + b, 0), element by element.</summary>
    T AddRelu(string name, T a, T b, string relu);

    /// <summary>Mean over height and width: [N, C, H, W] to [N, C].</summary>
    T Mean(string name, T x);
}
