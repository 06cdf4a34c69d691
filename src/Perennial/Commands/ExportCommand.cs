using System.CommandLine;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
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
        Option<string> output = new("--output") { Description = "Folder for encoder.onnx, classifier.onnx, labels.txt, weights.safetensors; created when absent.", Required = true, HelpName = "DIR" };
        var verb = new Verb("export", "Write a model as ONNX and safetensors for other programs: images in [0, 1] in, unit embeddings out.",
            "export --model out --output onnx",
            "export --model ./data --fp16 --output onnx")
        {
            model, fp16, output,
        };
        verb.SetAction(parsed =>
        {
            Run(Terminal.Of(parsed), ModelFolder.Open(parsed.GetRequiredValue(model)), parsed.GetValue(fp16), parsed.GetRequiredValue(output));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Run(Terminal terminal, GenerationFolder generation, bool fp16, string output)
    {
        generation.Verify();
        if (fp16 && !generation.Has(GenerationFiles.EncoderFp16))
        {
            throw new UsageException($"Generation {generation.Number} has no float16 encoder: a weight of it does not fit into float16.");
        }
        Directory.CreateDirectory(output);
        Copy(generation.File(fp16 ? GenerationFiles.EncoderFp16 : GenerationFiles.Encoder), GenerationFiles.Encoder);
        foreach (string name in new[] { GenerationFiles.Classifier, GenerationFiles.Weights }.Where(generation.Has))
        {
            Copy(generation.File(name), name);
        }
        if (generation.Manifest.Labels.Count > 0)
        {
            File.WriteAllLines(Path.Combine(output, LabelsFile), generation.Manifest.Labels);
            terminal.Output.WriteLine(Path.Combine(output, LabelsFile));
        }

        void Copy(string from, string name)
        {
            string to = Path.Combine(output, name);
            File.Copy(from, to + ".part", overwrite: true);
            File.Move(to + ".part", to, overwrite: true);
            terminal.Output.WriteLine(to);
        }
    }
}
