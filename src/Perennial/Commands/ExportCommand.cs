using System.CommandLine;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;

namespace Perennial.Commands;

/// <summary><c>perennial export</c>: a generation's graphs as plain files for other programs, their digests checked.</summary>
internal static class ExportCommand
{
    private const string LabelsFile = "labels.txt";

    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "A generation, an output of pretrain or finetune, or a data directory.", Required = true, HelpName = "DIR" };
        Option<bool> fp16 = new("--fp16") { Description = "The encoder with float16 weights, half the size; input and output stay float32." };
        Option<bool> int8 = new("--int8") { Description = "The encoder in 8-bit integers, a quarter of the size and faster on CPUs: the model's own, or with --data one calibrated on those images." };
        DatasetOptions data = new(required: false);
        Option<string> output = new("--output") { Description = "Folder for encoder.onnx, classifier.onnx, labels.txt, weights.safetensors; created when absent.", Required = true, HelpName = "DIR" };
        var verb = new Verb("export", "Write a model as ONNX and safetensors for other programs: images in [0, 1] in, unit embeddings out.",
            "export --model out --output onnx",
            "export --model ./data --fp16 --output onnx",
            "export --model out --int8 --data train.tar.gz --test test.tar.gz --output onnx")
        {
            model, fp16, int8, output,
        };
        data.AddTo(verb);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            DatasetChoice? images = data.ReadOptional(parsed);
            if (parsed.GetValue(int8) && parsed.GetValue(fp16)) throw new UsageException("One encoder is written: give --fp16 or --int8.");
            if (images is not null && !parsed.GetValue(int8)) throw new UsageException("--data is for calibrating: give --int8 with it.");
            GenerationFolder generation = ModelFolder.Open(parsed.GetRequiredValue(model));
            generation.Verify();
            byte[]? integers = parsed.GetValue(int8) ? await Int8Export.ReadAsync(Terminal.Of(parsed), generation, images, cancellationToken) : null;
            Run(Terminal.Of(parsed), generation, parsed.GetValue(fp16), integers, parsed.GetRequiredValue(output));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Run(Terminal terminal, GenerationFolder generation, bool fp16, byte[]? int8, string output)
    {
        if (fp16 && !generation.Has(GenerationFiles.EncoderFp16))
        {
            throw new UsageException($"Generation {generation.Number} has no float16 encoder: a weight of it does not fit into float16.");
        }
        Directory.CreateDirectory(output);
        if (int8 is not null) Put(GenerationFiles.Encoder, part => File.WriteAllBytes(part, int8));
        else Copy(generation.File(fp16 ? GenerationFiles.EncoderFp16 : GenerationFiles.Encoder), GenerationFiles.Encoder);
        foreach (string name in new[] { GenerationFiles.Classifier, GenerationFiles.Weights }.Where(generation.Has))
        {
            Copy(generation.File(name), name);
        }
        if (generation.Manifest.Labels.Count > 0)
        {
            File.WriteAllLines(Path.Combine(output, LabelsFile), generation.Manifest.Labels);
            terminal.Output.WriteLine(Path.Combine(output, LabelsFile));
        }

        void Copy(string from, string name) => Put(name, part => File.Copy(from, part, overwrite: true));

        void Put(string name, Action<string> write)
        {
            string to = Path.Combine(output, name);
            write(to + ".part");
            File.Move(to + ".part", to, overwrite: true);
            terminal.Output.WriteLine(to);
        }
    }
}
