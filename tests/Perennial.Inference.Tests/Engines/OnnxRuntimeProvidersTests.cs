using Microsoft.ML.OnnxRuntime;
using Perennial.Inference.Engines;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines;

public sealed class OnnxRuntimeProvidersTests : IDisposable
{
    private static readonly EngineOptions Options = new() { IntraOpThreads = 1, MaxBatch = 12, Gpu = 3, Precision = "fp16" };
    private readonly TemporaryFolder _folder = new();

    private static bool CpuBuild => !OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(EngineKinds.OnnxRuntimeCuda, "this build of ONNX Runtime has no CUDA provider: build with -p:Cuda=true")]
    [InlineData(EngineKinds.OnnxRuntimeTensorRt, "this build of ONNX Runtime has no TensorRT provider: build with -p:Cuda=true")]
    public void A_build_for_the_processor_says_how_to_get_the_gpus_providers(string kind, string told)
    {
        Assert.SkipUnless(CpuBuild, "This is the build with CUDA.");
        Assert.Equal(told, EngineCandidates.Missing(kind, Options with { CacheFolder = _folder.Path }));
    }

    [Theory]
    [InlineData("Cuda", "This build of ONNX Runtime has no CUDA provider: build with -p:Cuda=true.")]
    [InlineData("TensorRt", "This build of ONNX Runtime has no TensorRT provider: build with -p:Cuda=true.")]
    public void Loading_all_the_same_says_it_too(string provider, string told)
    {
        Assert.SkipUnless(CpuBuild, "This is the build with CUDA.");
        string onnx = _folder.Write("model.onnx", new TinyEncoder().ToOnnx());
        Assert.Equal(told, Assert.Throws<EngineException>(() => OnnxRuntimeEngine.Load(onnx, new string('a', 64), Options, Enum.Parse<OnnxRuntimeProvider>(provider))).Message);
    }

    [Fact]
    public void The_calls_that_add_the_providers_fail_in_a_build_for_the_processor_as_they_are_taken_to()
    {
        Assert.SkipUnless(CpuBuild, "This is the build with CUDA.");
        Assert.Throws<OnnxRuntimeException>(() => new OrtCUDAProviderOptions());
        Assert.Throws<OnnxRuntimeException>(() => new OrtTensorRTProviderOptions());
    }

    [Fact]
    public void Of_a_library_that_is_not_found_its_name_is_told_and_what_to_do() => Assert.Equal(
        "libcublasLt.so.13: cannot open shared object file: No such file or directory; put the folders of CUDA, cuDNN and TensorRT into LD_LIBRARY_PATH.",
        OnnxRuntimeProviders.Told(
            "[ErrorCode:Fail] provider_bridge_ort.cc:2043 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library "
            + "/app/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory\n"));

    [Fact]
    public void In_a_build_with_cuda_a_machine_without_a_gpu_is_told_that_it_has_none()
    {
        Assert.SkipWhen(CpuBuild, "This is the build for the processor.");
        Assert.SkipWhen(NvidiaDriver.Missing(0) is null, "This machine has a GPU.");
        Assert.Contains("NVIDIA driver", EngineCandidates.Missing(EngineKinds.OnnxRuntimeCuda, Options));
    }

    [Fact]
    public void On_a_gpu_both_providers_answer_as_plain_arithmetic_does()
    {
        Assert.SkipWhen(CpuBuild, "This build of ONNX Runtime is for the processor.");
        Assert.SkipUnless(NvidiaDriver.Missing(0) is null, "This machine has no GPU.");
        var encoder = new TinyEncoder(size: 32);
        string onnx = _folder.Write("model.onnx", encoder.ToOnnx());
        float[] images = encoder.Images(12), expected = encoder.EmbedAll(images), embeddings = new float[12 * 8];
        foreach (OnnxRuntimeProvider provider in new[] { OnnxRuntimeProvider.Cuda, OnnxRuntimeProvider.TensorRt })
        {
            using OnnxRuntimeEngine engine = OnnxRuntimeEngine.Load(onnx, new string('a', 64), Options with { Gpu = 0, Precision = "fp32", CacheFolder = _folder.Path }, provider);
            engine.Run(images, 12, embeddings);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], embeddings[i], 1e-4f);
        }
    }

    [Fact]
    public void One_engine_of_TensorRT_covers_every_batch_size_and_is_kept()
    {
        Dictionary<string, string> settings = OnnxRuntimeProviders.TensorRtSettings(Options, new ModelSignature("image", "embedding", [3, 224, 224], 512), "/kept");
        Assert.Equal("image:1x3x224x224", settings["trt_profile_min_shapes"]);
        Assert.Equal("image:12x3x224x224", settings["trt_profile_opt_shapes"]);
        Assert.Equal("image:12x3x224x224", settings["trt_profile_max_shapes"]);
        Assert.Equal(("1", "/kept"), (settings["trt_engine_cache_enable"], settings["trt_engine_cache_path"]));
        Assert.Equal(("3", "1", "0"), (settings["device_id"], settings["trt_fp16_enable"], settings["trt_int8_enable"]));
    }

    [Fact]
    public void Whether_the_processor_has_vnni_agrees_with_what_the_kernel_says_of_it()
    {
        Assert.SkipUnless(File.Exists("/proc/cpuinfo"), "There is no /proc/cpuinfo.");
        string flags = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal)) + " ";
        Assert.Equal(flags.Contains(" avx512_vnni ") || flags.Contains(" avx_vnni "), EncoderPrecision.HasVnni);
    }
}
