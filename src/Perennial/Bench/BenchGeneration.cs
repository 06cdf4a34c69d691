using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;
using TorchSharp;

namespace Perennial.Bench;

/// <summary>A data directory in which an untrained network of a scenario serves: its speed is that of a trained one.</summary>
internal static class BenchGeneration
{
    public static GenerationFolder Write(ServeScenario scenario, string dataDirectory)
    {
        torch.random.manual_seed(1);
        using Encoder encoder = new(Backbone.Create(Backbone.Describe(scenario.Backbone, scenario.Width, scenario.ImageSize)), new Preprocessing { Size = scenario.ImageSize });
        encoder.eval();
        GenerationFolder folder = GenerationWriter.Write(new GenerationStore(Path.Combine(dataDirectory, "models")), new ExportRequest
        {
            Encoder = encoder,
            Method = "none",
            RecipeYaml = "",
            Corpus = new CorpusSummary("", 0, 0, 0, 0),
            Evaluation = new EvaluationReport
            {
                New = new Scores { ViewRecall = 0, RankMe = 1, Alignment = 0, Uniformity = 0, EmbeddingStd = 0, TestImages = 0 },
                Verdict = new Verdict(true, ["An untrained network, for measuring speed."]),
            },
        });
        using Catalogue catalogue = Catalogue.Open(dataDirectory, TimeProvider.System);
        new PromotionRecord(catalogue).Promote(folder.Number);
        return folder;
    }
}
