using Perennial.Inference.Engines;

namespace Perennial.Inference.Tests.Engines;

public sealed class EngineSelectionTests
{
    private static readonly string[] Kinds = [EngineKinds.TensorRt, EngineKinds.OnnxRuntimeTensorRt, EngineKinds.OnnxRuntimeCuda, EngineKinds.OnnxRuntimeCpu];
    private static readonly string[] All = ["fp32", "fp16", "int8"];
    private readonly List<string> _asked = [];

    [Fact]
    public void With_everything_at_hand_the_first_one_serves_and_nothing_else_is_tried()
    {
        (_, EngineChoice choice) = Selection().First(new EngineOptions { Gpu = 1 }, All, Proving());
        Assert.Equal(("tensorrt", "fp16", "cuda:1"), (choice.Kind, choice.Precision, choice.Device));
        Assert.Empty(choice.PassedOver);
        Assert.Equal(["tensorrt fp16"], _asked);
    }

    [Fact]
    public void What_fails_falls_to_the_next_in_the_order_of_preference_and_every_reason_is_kept()
    {
        (_, EngineChoice choice) = Selection().First(new EngineOptions(), All, Proving("tensorrt", "onnxruntime-tensorrt", "onnxruntime-cuda", "int8"));
        Assert.Equal(("onnxruntime-cpu", "fp32", "cpu"), (choice.Kind, choice.Precision, choice.Device));
        string[] order =
        [
            "tensorrt fp16", "tensorrt fp32", "onnxruntime-tensorrt fp16", "onnxruntime-tensorrt fp32", "onnxruntime-cuda fp16", "onnxruntime-cuda fp32",
            "onnxruntime-cpu int8", "onnxruntime-cpu fp32",
        ];
        Assert.Equal(order, _asked);
        Assert.Equal(order[..^1].Select(tried => $"{tried} fails."), choice.PassedOver.Select(refusal => refusal.Reason));
        Assert.All(choice.PassedOver, refusal => Assert.True(refusal.Tried));
    }

    [Fact]
    public void What_is_missing_is_never_loaded_and_its_reason_is_kept()
    {
        (_, EngineChoice choice) = Selection(missing: Kinds[..2]).First(new EngineOptions(), All, Proving());
        Assert.Equal("onnxruntime-cuda", choice.Kind);
        Assert.Equal(["onnxruntime-cuda fp16"], _asked);
        Assert.Equal([new("tensorrt", null, "tensorrt is not here"), new EngineRefusal("onnxruntime-tensorrt", null, "onnxruntime-tensorrt is not here")], choice.PassedOver);
        Assert.All(choice.PassedOver, refusal => Assert.False(refusal.Tried));
    }

    [Theory]
    [InlineData(true, new[] { "fp32", "fp16", "int8" }, "int8")]
    [InlineData(true, new[] { "fp32", "fp16" }, "fp32")]
    [InlineData(false, new[] { "fp32", "fp16", "int8" }, "fp32")]
    public void A_processor_takes_int8_where_it_is_quick_and_there(bool fastInt8, string[] offered, string taken)
    {
        (_, EngineChoice choice) = Selection(fastInt8, Kinds[..3]).First(new EngineOptions(), offered, Proving());
        Assert.Equal(("onnxruntime-cpu", taken), (choice.Kind, choice.Precision));
    }

    [Fact]
    public void A_gpu_takes_fp32_where_there_is_no_fp16() =>
        Assert.Equal("fp32", Selection().First(new EngineOptions(), ["fp32", "int8"], Proving()).Choice.Precision);

    [Theory]
    [InlineData("fp32")]
    [InlineData("int8")]
    public void A_precision_that_is_asked_for_is_the_only_one_tried(string precision)
    {
        Selection().First(new EngineOptions { Precision = precision }, All, Proving("tensorrt", "onnxruntime-tensorrt", "onnxruntime-cuda"));
        Assert.Equal(Kinds.Select(kind => $"{kind} {precision}"), _asked);
    }

    [Fact]
    public void An_engine_that_cannot_run_the_precision_is_passed_over()
    {
        EngineSelection selection = new([new("tensorrt", true, _ => null, Never) { Precisions = ["fp16"] }, new("onnxruntime-cpu", false, _ => null, Never)], fastInt8: false);
        EngineChoice choice = selection.First(new EngineOptions { Precision = "fp32" }, All, Proving()).Choice;
        Assert.Equal("onnxruntime-cpu", choice.Kind);
        Assert.Equal([new("tensorrt", null, "it runs fp16 alone")], choice.PassedOver);
    }

    [Fact]
    public void A_kind_that_is_asked_for_and_fails_is_refused_with_its_reason_and_nothing_else_is_tried()
    {
        var options = new EngineOptions { Kind = EngineKinds.OnnxRuntimeCuda, Precision = "fp16" };
        var refused = Assert.Throws<EngineException>(() => Selection().First(options, All, Proving("onnxruntime-cuda")));
        Assert.Equal("onnxruntime-cuda fp16 fails.", refused.Message);
        Assert.Equal(["onnxruntime-cuda fp16"], _asked);
    }

    [Fact]
    public void A_kind_that_is_asked_for_and_missing_is_refused_with_what_to_do()
    {
        var options = new EngineOptions { Kind = EngineKinds.TensorRt };
        var refused = Assert.Throws<EngineException>(() => Selection(missing: ["tensorrt"]).First(options, All, Proving()));
        Assert.Equal("The engine that was asked for cannot be used: tensorrt: tensorrt is not here. Engine kind auto takes the best one that works.", refused.Message);
        refused = Assert.Throws<EngineException>(() => new EngineSelection([], fastInt8: false).First(options, All, Proving()));
        Assert.Contains("this build has no engine tensorrt", refused.Message);
        Assert.Empty(_asked);
    }

    [Fact]
    public void When_nothing_passes_every_reason_is_told()
    {
        var refused = Assert.Throws<EngineException>(() => Selection(missing: Kinds[..3]).First(new EngineOptions(), All, Proving("onnxruntime-cpu")));
        Assert.Equal("onnxruntime-cpu with int8: onnxruntime-cpu int8 fails. onnxruntime-cpu with fp32: onnxruntime-cpu fp32 fails.", refused.Message);
        refused = Assert.Throws<EngineException>(() => Selection(missing: Kinds).First(new EngineOptions(), All, Proving()));
        Assert.All(Kinds, kind => Assert.Contains($"{kind}: {kind} is not here.", refused.Message));
    }

    [Fact]
    public void A_check_for_what_is_missing_that_itself_fails_counts_as_missing()
    {
        EngineSelection selection = new([new("tensorrt", true, _ => throw new DllNotFoundException("libnvinfer is damaged."), Never), new("onnxruntime-cpu", false, _ => null, Never)], false);
        EngineChoice choice = selection.First(new EngineOptions(), All, Proving()).Choice;
        Assert.Equal([new("tensorrt", null, "libnvinfer is damaged")], choice.PassedOver);
    }

    [Fact]
    public void Cancelling_ends_it_without_a_further_try()
    {
        Assert.Throws<OperationCanceledException>(() => Selection().First(new EngineOptions(), All, (candidate, options) =>
        {
            _asked.Add(candidate.Kind);
            throw new OperationCanceledException();
        }));
        Assert.Equal(["tensorrt"], _asked);
    }

    private static EngineSelection Selection(bool fastInt8 = true, string[]? missing = null) => new(
        [.. Kinds.Select(kind => new EngineCandidate(kind, kind != EngineKinds.OnnxRuntimeCpu, _ => missing?.Contains(kind) == true ? $"{kind} is not here" : null, Never))], fastInt8);

    private static IInferenceEngine Never(string onnxPath, string digest, EngineOptions options) => throw new InvalidOperationException("Proving loads, not the selection.");

    // Fails where the kind or the precision is among those named.
    private Func<EngineCandidate, EngineOptions, IInferenceEngine> Proving(params string[] failing) => (candidate, options) =>
    {
        Assert.Equal(candidate.Kind, options.Kind);
        _asked.Add($"{options.Kind} {options.Precision}");
        return failing.Contains(options.Kind) || failing.Contains(options.Precision) ? throw new EngineException($"{_asked[^1]} fails.") : null!;
    };
}
