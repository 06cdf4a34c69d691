using Perennial.Inference.Engines;

namespace Perennial.Commands.Triton;

/// <summary>The encoder of a Triton repository.</summary>
/// <param name="Source">Its file: ONNX or a TensorRT plan.</param>
/// <param name="Precision">One of <see cref="EncoderPrecision"/> but "auto".</param>
/// <param name="IsPlan">Whether it is a plan.</param>
internal sealed record TritonEncoder(string Source, string Precision, bool IsPlan)
{
    /// <summary>Triton's name for what runs it.</summary>
    public string Platform => IsPlan ? "tensorrt_plan" : "onnxruntime_onnx";

    /// <summary>The name that Triton looks for in a version folder.</summary>
    public string FileName => IsPlan ? "model.plan" : "model.onnx";

    /// <summary>A plan is for GPUs, int8 with quantise and dequantise nodes is quick on processors alone, and the others run on what is there.</summary>
    public string Instances => IsPlan ? "KIND_GPU" : Precision == EncoderPrecision.Int8 ? "KIND_CPU" : "KIND_AUTO";
}
