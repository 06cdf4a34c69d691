using static TorchSharp.torch;

namespace Perennial.Learning.Export;

/// <summary>Values of tensors on the CPU in row-major order, whatever their device, type and memory layout (channels-last too).</summary>
internal static class TensorValues
{
    extension(Tensor tensor)
    {
        /// <summary>The values as float32.</summary>
        public float[] ToSingles()
        {
            using var scope = NewDisposeScope();
            return tensor.detach().to(float32).cpu().contiguous().data<float>().ToArray();
        }

        /// <summary>The values as float64.</summary>
        public double[] ToDoubles()
        {
            using var scope = NewDisposeScope();
            return tensor.detach().to(float64).cpu().contiguous().data<double>().ToArray();
        }

        /// <summary>The values as int64.</summary>
        public long[] ToIntegers()
        {
            using var scope = NewDisposeScope();
            return tensor.detach().to(int64).cpu().contiguous().data<long>().ToArray();
        }
    }
}
