using System.CommandLine;
using System.Text.Json.Nodes;
using Perennial.Commands.Export;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
using Perennial.Inference.Engines;

namespace Perennial.Commands;

/// <summary><c>perennial export</c>: a generation's networks for other programs and other servers, their digests checked.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "A generation, an output of pretrain or finetune, or a data directory.", Required = true, HelpName = "DIR" };
        Option<string?> output = new("--output") { Description = "Folder for encoder.onnx, classifier.onnx, labels.txt, weights.safetensors; created when absent.", HelpName = "DIR" };
        Option<bool> fp16 = new("--fp16") { Description = "encoder.fp16.onnx too: float16 weights, half the size; input and output stay float32." };
        Option<bool> int8 = new("--int8") { Description = "encoder.int8.onnx too, a quarter of the size and faster on processors with VNNI: the model's own, or with --data one calibrated on those images." };
        DatasetOptions data = new(required: false);
        Option<bool> tensorRt = new("--tensorrt") { Description = "encoder.plan too, built by TensorRT for the GPU of this machine and for no other." };
        Option<string?> triton = new("--triton") { Description = "New folder for a Triton model repository: encoder, classifier, and both in a row as classify. The encoder is the first of --tensorrt, --fp16, --int8 that is given, else fp32.", HelpName = "DIR" };
        Option<int> maxBatch = new("--max-batch") { Description = "Largest batch of the plan and of Triton.", DefaultValueFactory = _ => new EngineOptions().MaxBatch };
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("export", "Write a model as ONNX, TensorRT plan, safetensors or Triton repository for other programs: images in [0, 1] in, unit embeddings out.",
            "export --model out --output onnx",
            "export --model ./data --fp16 --triton models",
            "export --model out --int8 --data train.tar.gz --test test.tar.gz --output onnx")
        {
            model, output, fp16, int8, tensorRt, triton, maxBatch, json,
        };
        data.AddTo(verb);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            DatasetChoice? images = data.ReadOptional(parsed);
            if (images is not null && !parsed.GetValue(int8)) throw new UsageException("--data is for calibrating: give --int8 with it.");
            GenerationFolder generation = ModelFolder.Open(parsed.GetRequiredValue(model));
            byte[]? calibrated = images is null ? null : await Int8Export.CalibrateAsync(Terminal.Of(parsed), generation, images, cancellationToken);
            ExportChoice choice = new(
                parsed.GetValue(output), parsed.GetValue(triton), parsed.GetValue(fp16), parsed.GetValue(int8), calibrated, parsed.GetValue(tensorRt), parsed.GetValue(maxBatch));
            Run(Terminal.Of(parsed), generation, choice, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Run(Terminal terminal, GenerationFolder generation, ExportChoice choice, bool json)
    {
        ModelExport export = new(generation, choice, EngineCandidates.All);
        IReadOnlyList<string> written = export.Run();
        if (choice is { Int8: true, Int8Model: null }) Int8Remark.Say(terminal, generation);
        if (json)
        {
            JsonObject told = new()
            {
                ["generation"] = generation.Number,
                ["digest"] = generation.Manifest.Digest,
                ["files"] = new JsonArray([.. written.Select(file => (JsonNode)file)]),
            };
            if (choice.Triton is not null) told["triton_encoder"] = export.TritonEncoder;
            terminal.Output.WriteLine(told.ToJsonString());
            return;
        }
        foreach (string file in written) terminal.Output.WriteLine(file);
    }
}
