using static TorchSharp.torch;

namespace Perennial.Learning.Export.Quantization;

/// <summary>A backbone computing in integers.</summary>
internal interface IIntegerBackbone : IDisposable
{
    /// <param name="images">Normalised float32 [N, 3, S, S].</param>
    /// <returns>Features [N, D], not normalised.</returns>
    Tensor Features(Tensor images);
}
