using Perennial.Commands;
using Perennial.Commands.Triton;
using Perennial.Core.Generations;
using Perennial.Inference.Tests.Models;

namespace Perennial.Tests.Commands.Triton;

public sealed class TritonRepositoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Target => Path.Combine(_folder.Path, "models of triton");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void With_labels_there_are_encoder_classifier_and_both_in_a_row_each_with_a_version_folder()
    {
        GenerationFolder generation = Labelled();
        IReadOnlyList<string> written = Write(generation);
        Assert.Equal(
            ["classifier/1/model.onnx", "classifier/config.pbtxt", "classifier/labels.txt", "classify/config.pbtxt", "classify/labels.txt", "encoder/1/model.onnx", "encoder/config.pbtxt"],
            Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Target, file)).Order(StringComparer.Ordinal));
        Assert.All(written, file => Assert.True(File.Exists(file), file));
        Assert.Equal(7, written.Count);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Target, "classify", "1")));
        Assert.Equal(File.ReadAllBytes(generation.File(GenerationFiles.Encoder)), File.ReadAllBytes(Path.Combine(Target, "encoder/1/model.onnx")));
        Assert.Equal(["class 0", "class 1", "class 2"], File.ReadAllLines(Path.Combine(Target, "classifier/labels.txt")));
    }

    [Fact]
    public void Without_labels_there_is_the_encoder_alone()
    {
        Write(new TinyGeneration().CommitTo(Path.Combine(_folder.Path, "models")));
        Assert.Equal(["encoder"], Directory.EnumerateDirectories(Target).Select(Path.GetFileName));
    }

    [Fact]
    public void The_encoders_configuration_says_what_goes_in_and_out_and_keeps_to_the_largest_batch()
    {
        GenerationFolder generation = Labelled();
        Write(generation, maxBatch: 12);
        Dictionary<string, object> config = Config("encoder");
        Assert.Equal(("encoder", "onnxruntime_onnx", 12), (config["name"], config["platform"], config["max_batch_size"]));
        AssertTensor(config, "input", "image", 3, 8, 8);
        AssertTensor(config, "output", "embedding", 8);
        var batching = (Dictionary<string, object>)config["dynamic_batching"];
        Assert.Equal([2, 4, 8, 12], (List<object>)batching["preferred_batch_size"]);
        Assert.Equal(2000UL, batching["max_queue_delay_microseconds"]);
        Assert.Equal([1L, 2L, 4L, 8L, 12L], ((List<object>)config["model_warmup"]).Select(warmup => ((Dictionary<string, object>)warmup)["batch_size"]));
        Assert.Equal("KIND_AUTO", Only(config, "instance_group")["kind"]);
        Assert.Equal(generation.Manifest.Digest, Parameter(config, "perennial_digest"));
        Assert.DoesNotContain("optimization", config.Keys);
    }

    [Fact]
    public void A_batch_of_one_needs_no_preferred_sizes()
    {
        Write(Labelled(), maxBatch: 1);
        Dictionary<string, object> config = Config("encoder");
        Assert.DoesNotContain("preferred_batch_size", ((Dictionary<string, object>)config["dynamic_batching"]).Keys);
        Assert.Single((List<object>)config["model_warmup"]);
    }

    [Fact]
    public void Half_precision_asks_for_TensorRT_in_half_precision_over_every_batch_size()
    {
        Write(Labelled(), "fp16");
        Dictionary<string, object> accelerators = (Dictionary<string, object>)((Dictionary<string, object>)Config("encoder")["optimization"])["execution_accelerators"];
        Dictionary<string, object> accelerator = Only(accelerators, "gpu_execution_accelerator");
        Dictionary<object, object> parameters = ((List<object>)accelerator["parameters"]).Cast<Dictionary<string, object>>().ToDictionary(entry => entry["key"], entry => entry["value"]);
        Assert.Equal(("tensorrt", "FP16"), (accelerator["name"], parameters["precision_mode"]));
        Assert.Equal(("image:1x3x8x8", "image:16x3x8x8"), (parameters["trt_profile_min_shapes"], parameters["trt_profile_max_shapes"]));
    }

    [Theory]
    [InlineData("int8", false, "onnxruntime_onnx", "KIND_CPU", "model.onnx")]
    [InlineData("fp16", true, "tensorrt_plan", "KIND_GPU", "model.plan")]
    public void Int8_runs_on_the_processor_and_a_plan_on_the_gpu(string precision, bool plan, string platform, string kind, string file)
    {
        Write(Labelled(), precision, plan);
        Dictionary<string, object> config = Config("encoder");
        Assert.Equal((platform, kind), (config["platform"], Only(config, "instance_group")["kind"]));
        Assert.True(File.Exists(Path.Combine(Target, "encoder", "1", file)));
        Assert.DoesNotContain("optimization", config.Keys);
    }

    [Fact]
    public void The_pipeline_hands_each_models_output_to_the_next_under_its_own_name()
    {
        Write(Labelled());
        Dictionary<string, object> encoder = Config("encoder"), classifier = Config("classifier"), pipeline = Config("classify");
        AssertTensor(classifier, "input", "embedding", 8);
        AssertTensor(classifier, "output", "probabilities", 3);
        AssertTensor(pipeline, "input", "image", 3, 8, 8);
        AssertTensor(pipeline, "output", "probabilities", 3);
        Assert.Equal("ensemble", pipeline["platform"]);
        Assert.DoesNotContain("instance_group", pipeline.Keys); // an ensemble runs nothing itself
        Assert.Equal(encoder["max_batch_size"], pipeline["max_batch_size"]);
        List<object> steps = (List<object>)((Dictionary<string, object>)pipeline["ensemble_scheduling"])["step"];
        Assert.Equal(["encoder", "classifier"], steps.Select(step => ((Dictionary<string, object>)step)["model_name"]));
        foreach ((object step, Dictionary<string, object> model) in steps.Zip([encoder, classifier]))
        {
            var maps = (Dictionary<string, object>)step;
            Assert.Equal(-1L, maps["model_version"]);
            Assert.Equal(Only(model, "input")["name"], Only(maps, "input_map")["key"]);
            Assert.Equal(Only(model, "output")["name"], Only(maps, "output_map")["key"]);
        }
        Assert.Equal("labels.txt", Only(classifier, "output")["label_filename"]);
    }

    [Fact]
    public void A_folder_that_holds_something_is_left_as_it_is()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "mine"), "x");
        UsageException refused = Assert.Throws<UsageException>(() => Write(Labelled()));
        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
        Assert.Equal("mine", Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(Target))));
    }

    [Fact]
    public void An_empty_folder_is_filled()
    {
        Directory.CreateDirectory(Target);
        Write(Labelled());
        Assert.True(File.Exists(Path.Combine(Target, "encoder", "config.pbtxt")));
    }

    [Fact]
    public void When_a_file_cannot_be_read_nothing_is_left_neither_there_nor_aside()
    {
        GenerationFolder generation = Labelled();
        Assert.Throws<FileNotFoundException>(() => TritonRepository.Write(Target, generation, new TritonEncoder(Path.Combine(_folder.Path, "absent.plan"), "fp16", IsPlan: true), 16));
        Assert.Equal(["models"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void The_reader_that_judges_these_files_refuses_what_triton_would()
    {
        Assert.Throws<FormatException>(() => ProtoTextReader.Read("nonsense: 1", "ModelConfig"));
        Assert.Throws<FormatException>(() => ProtoTextReader.Read("max_batch_size: \"1\"", "ModelConfig"));
        Assert.Throws<FormatException>(() => ProtoTextReader.Read("name: \"a\" name: \"b\"", "ModelConfig"));
        Assert.Throws<FormatException>(() => ProtoTextReader.Read("input { name: \"a\" data_type: FP32 }", "ModelConfig"));
        Assert.Throws<FormatException>(() => ProtoTextReader.Read("input { name: \"a\"", "ModelConfig"));
        Assert.Throws<FormatException>(() => ProtoTextReader.Read("name \"a\"", "ModelConfig"));
    }

    private IReadOnlyList<string> Write(GenerationFolder generation, string precision = "fp32", bool plan = false, int maxBatch = 16) =>
        TritonRepository.Write(Target, generation, new TritonEncoder(generation.File(GenerationFiles.Encoder), precision, plan), maxBatch);

    private GenerationFolder Labelled() => new TinyGeneration { Classifier = new TinyClassifier() }.CommitTo(Path.Combine(_folder.Path, "models"));

    private Dictionary<string, object> Config(string model) => ProtoTextReader.Read(File.ReadAllText(Path.Combine(Target, model, "config.pbtxt")), "ModelConfig");

    private static Dictionary<string, object> Only(Dictionary<string, object> message, string field) => (Dictionary<string, object>)Assert.Single((List<object>)message[field]);

    private static object Parameter(Dictionary<string, object> config, string key) =>
        ((Dictionary<string, object>)((List<object>)config["parameters"]).Cast<Dictionary<string, object>>().Single(entry => (string)entry["key"] == key)["value"])["string_value"];

    private static void AssertTensor(Dictionary<string, object> config, string field, string name, params long[] dims)
    {
        Dictionary<string, object> tensor = Only(config, field);
        Assert.Equal((name, "TYPE_FP32"), (tensor["name"], tensor["data_type"]));
        Assert.Equal(dims.Cast<object>(), (List<object>)tensor["dims"]);
    }
}
