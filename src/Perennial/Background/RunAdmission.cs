using System.Text.Json.Nodes;
using Perennial.Core.Corpus;
using Perennial.Endpoints;

namespace Perennial.Background;

/// <summary>Refuses runs that cannot succeed before anything is queued, with the numbers that speak against them. Loads no libtorch.</summary>
internal sealed class RunAdmission(ImageCorpus corpus, Rollout rollout, PolicyStore policies)
{
    /// <summary>Fewer images cannot be split into a training side and a held-out side that says anything.</summary>
    private const int FewestImages = 64;

    /// <exception cref="ProblemException">400 <c>invalid_recipe</c>, 409 <c>no_generation</c> or 422 <c>corpus_too_small</c>.</exception>
    public RunRequest Admit(RunKind kind, string? recipe, JsonObject overrides, PromotionRule promote) => kind switch
    {
        RunKind.Pretrain => Pretrain(recipe, overrides, promote),
        RunKind.Finetune => Finetune(recipe, overrides, promote),
        _ => Reindex(recipe, overrides, promote),
    };

    private RunRequest Pretrain(string? recipe, JsonObject overrides, PromotionRule promote)
    {
        if (recipe is null)
        {
            RunDefaults defaults = policies.Current.Run;
            recipe = defaults.Recipe;
            overrides = RecipeOverrides.Merge(InheritedNetwork(), defaults.Overrides, overrides);
        }
        int batch = RecipeOverrides.Load(recipe, overrides).BatchSize;
        (long train, long test) = Sides();
        int fewest = Math.Max(FewestImages, batch);
        if (train < fewest || test < 2)
        {
            throw TooSmall($"The corpus has {train} images to train on and {test} held out; this run needs {fewest} and 2. "
                + (batch > FewestImages ? $"Add images, or override 'batch_size' ({batch})." : "Add images."));
        }
        return new RunRequest(RunKind.Pretrain, recipe, overrides, promote);
    }

    private RunRequest Finetune(string? recipe, JsonObject overrides, PromotionRule promote)
    {
        if (recipe is not null) throw new ProblemException(StatusCodes.Status400BadRequest, ErrorCode.InvalidRecipe, "A finetuning takes no recipe; its keys are given as overrides: head, hidden, balanced, seed.");
        ClassifierOverrides.Read(overrides);
        RefuseWithoutGeneration("There is no encoder to finetune on: pretrain first.");
        IReadOnlyDictionary<string, long> labels = corpus.LabelCounts();
        if (labels.Count < 2)
            throw TooSmall($"{labels.Values.Sum()} images have a label, of {labels.Count} different ones; a classifier needs images of at least 2 labels (PUT /images/{{id}}/label).");
        return new RunRequest(RunKind.Finetune, null, overrides, promote);
    }

    private RunRequest Reindex(string? recipe, JsonObject overrides, PromotionRule promote)
    {
        if (recipe is not null || overrides.Count > 0 || promote != PromotionRule.Auto)
            throw ProblemException.Invalid("A reindex brings the serving generation's vectors level with the corpus; it takes neither 'recipe' nor 'overrides' nor 'promote'.");
        RefuseWithoutGeneration("No generation serves, so there is nothing to index.");
        return new RunRequest(RunKind.Reindex, null, [], PromotionRule.Never);
    }

    /// <summary>Backbone, width and image size of the serving generation: the same network can start from its weights.</summary>
    private JsonObject InheritedNetwork() => rollout.Current?.Manifest is { } manifest
        ? new JsonObject { ["backbone"] = manifest.Backbone.Name, ["width"] = manifest.Backbone.Width, ["image_size"] = manifest.Preprocessing.Size }
        : [];

    private (long Train, long Test) Sides() => (corpus.CountOf(Split.Train), corpus.CountOf(Split.Test));

    private void RefuseWithoutGeneration(string sentence)
    {
        if (rollout.Current is null) throw new ProblemException(StatusCodes.Status409Conflict, ErrorCode.NoGeneration, sentence);
    }

    private static ProblemException TooSmall(string sentence) => new(StatusCodes.Status422UnprocessableEntity, ErrorCode.CorpusTooSmall, sentence);
}
