using Perennial.Core.Generations;
using Perennial.Inference.Engines;

namespace Perennial.Commands.Triton;

/// <summary>The <c>config.pbtxt</c> of each model: a ModelConfig message of Triton's model_config.proto.</summary>
/// <param name="manifest">Of the generation.</param>
/// <param name="maxBatch">Largest batch.</param>
internal sealed class TritonConfig(GenerationManifest manifest, int maxBatch)
{
    public const string Encoder = "encoder", Classifier = "classifier", Classify = "classify", LabelsFile = "labels.txt";

    private const string Image = "image", Embedding = "embedding", Probabilities = "probabilities";
    private const int QueueDelayMicroseconds = 2000; // as long as our own queue waits

    private readonly int[] _image = [3, manifest.Preprocessing.Size, manifest.Preprocessing.Size], _embedding = [manifest.Dimensions], _probabilities = [manifest.Labels.Count];

    /// <summary>"image" [3, S, S] to "embedding" [D].</summary>
    public string OfEncoder(TritonEncoder encoder)
    {
        ProtoText config = Model(Encoder, encoder.Platform)
            .Message("input", input => Tensor(input, Image, _image))
            .Message("output", output => Tensor(output, Embedding, _embedding));
        if (!encoder.IsPlan && encoder.Precision == EncoderPrecision.Fp16) config.Message("optimization", TensorRtInFp16);
        return Served(config, encoder.Instances, Image, _image).Entry("parameters", "perennial_precision", value => value.Text("string_value", encoder.Precision)).ToString();
    }

    /// <summary>"embedding" [D] to "probabilities" [C], with the labels beside it. On the processor: it is one small matrix.</summary>
    public string OfClassifier() => Served(
        Model(Classifier, "onnxruntime_onnx")
            .Message("input", input => Tensor(input, Embedding, _embedding))
            .Message("output", output => Tensor(output, Probabilities, _probabilities).Text("label_filename", LabelsFile)),
        "KIND_CPU", Embedding, _embedding).ToString();

    /// <summary>Both after one another: "image" [3, S, S] to "probabilities" [C].</summary>
    public string OfPipeline() => Digest(Model(Classify, "ensemble")
        .Message("input", input => Tensor(input, Image, _image))
        .Message("output", output => Tensor(output, Probabilities, _probabilities).Text("label_filename", LabelsFile))
        .Message("ensemble_scheduling", steps => steps
            .Message("step", step => Step(step, Encoder, Image, Embedding))
            .Message("step", step => Step(step, Classifier, Embedding, Probabilities)))).ToString();

    private ProtoText Model(string name, string platform) => new ProtoText().Text("name", name).Text("platform", platform).Number("max_batch_size", maxBatch);

    private ProtoText Served(ProtoText config, string instances, string input, int[] dims)
    {
        int[] sizes = [.. Enumerable.Range(0, 31).Select(power => 1 << power).TakeWhile(size => size < maxBatch), maxBatch];
        config.Message("dynamic_batching", batching =>
        {
            if (maxBatch > 1) batching.Numbers("preferred_batch_size", sizes[1..]);
            batching.Number("max_queue_delay_microseconds", QueueDelayMicroseconds);
        });
        config.Message("instance_group", group => group.Number("count", 1).Word("kind", instances));
        foreach (int size in sizes)
        {
            config.Message("model_warmup", warmup => warmup
                .Text("name", $"batch of {size}")
                .Number("batch_size", size)
                .Entry("inputs", input, value => value.Word("data_type", "TYPE_FP32").Numbers("dims", dims).Word("random_data", "true")));
        }
        return Digest(config);
    }

    private ProtoText Digest(ProtoText config) => config
        .Entry("parameters", "perennial_digest", value => value.Text("string_value", manifest.Digest))
        .Entry("parameters", "perennial_generation", value => value.Text("string_value", manifest.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static ProtoText Tensor(ProtoText tensor, string name, int[] dims) => tensor.Text("name", name).Word("data_type", "TYPE_FP32").Numbers("dims", dims);

    private static void Step(ProtoText step, string model, string from, string to) =>
        step.Text("model_name", model).Number("model_version", -1).Entry("input_map", from, from).Entry("output_map", to, to);

    // Where Triton runs it on a GPU; one engine for all batch sizes.
    private void TensorRtInFp16(ProtoText optimization) => optimization.Message("execution_accelerators", accelerators => accelerators
        .Message("gpu_execution_accelerator", accelerator => accelerator
            .Text("name", "tensorrt")
            .Entry("parameters", "precision_mode", "FP16")
            .Entry("parameters", "max_workspace_size_bytes", "1073741824")
            .Entry("parameters", "trt_profile_min_shapes", Shape(1))
            .Entry("parameters", "trt_profile_opt_shapes", Shape(maxBatch))
            .Entry("parameters", "trt_profile_max_shapes", Shape(maxBatch))));

    private string Shape(int batch) => $"{Image}:{string.Join('x', _image.Prepend(batch))}";
}
