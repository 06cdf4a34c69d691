using System.Globalization;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Networks;

/// <summary>
/// Where this process computes. Set once, before the first network: everything that libtorch makes from then on lies there. On a GPU, float32 products
/// of matrices and convolutions run in TF32, and cuDNN measures which of its convolutions is the fastest.
/// </summary>
public static class ComputeDevice
{
    /// <summary>Chooses.</summary>
    /// <param name="wanted">"auto" (the first GPU, else the CPU), "cpu", "cuda" or "cuda:N".</param>
    /// <returns>What was chosen.</returns>
    /// <exception cref="DeviceException">No such device; the message says what is missing.</exception>
    public static Device Use(string wanted)
    {
        Libtorch.Load();
        Device device = Choose(wanted);
        if (device.type == DeviceType.CUDA) Tune();
        set_default_device(device);
        return device;
    }

    /// <summary>The GPUs that libtorch sees; 0 without CUDA.</summary>
    public static int Gpus => Libtorch.HasCuda && cuda.is_available() ? cuda.device_count() : 0;

    private static Device Choose(string wanted)
    {
        if (wanted == "cpu") return CPU;
        if (wanted == "auto") return Gpus > 0 ? CudaDevice(0) : CPU;
        string number = wanted == "cuda" ? "0" : wanted.StartsWith("cuda:", StringComparison.Ordinal) ? wanted[5..] : "";
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            throw new DeviceException($"There is no device '{wanted}'. Known are: auto, cpu, cuda, cuda:0, cuda:1, ...");
        if (!Libtorch.HasCuda)
            throw new DeviceException($"This is a build for the CPU: set {Libtorch.Variable} to the torch/lib folder of a PyTorch with CUDA, or build with -p:Cuda=true. 'perennial doctor' shows what was found.");
        return Gpus == 0 ? throw new DeviceException("libtorch has CUDA but finds no GPU: is the NVIDIA driver installed, and does nvidia-smi list one?")
            : index < Gpus ? CudaDevice(index)
            : throw new DeviceException($"There is no cuda:{index}: libtorch finds {Gpus} GPU{(Gpus == 1 ? "" : "s")}.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Device CudaDevice(int index)
    {
        InitializeDeviceType(DeviceType.CUDA);
        return new Device(DeviceType.CUDA, index);
    }

    private static void Tune()
    {
        backends.cuda.matmul.allow_tf32 = true;
        backends.cudnn.allow_tf32 = true;
        Libtorch.BenchmarkConvolutions();
    }
}
