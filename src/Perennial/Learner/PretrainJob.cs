using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Export.Quantization;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;

namespace Perennial.Learner;

/// <summary>Images, training, comparison with the generation that serves, verdict, export: a pretraining run told in order.</summary>
internal sealed class PretrainJob(LearnContext context)
{
    private const int UntrainedSeed = 1;

    private readonly LearnRequest _request = context.Request;
    private readonly LearnerVoice _voice = context.Voice;

    public GenerationFolder Run(CancellationToken cancellationToken)
    {
        // :: Step 1: recipe, and where the weights start
        Recipe recipe = Recipe.Load(_request.Recipe!, RecipeOverrides.ToText(_request.Overrides));
        GenerationFolder? parent = context.Parent();
        Preprocessing preprocessing = (parent?.Manifest.Preprocessing ?? new Preprocessing()) with { Size = recipe.ImageSize };
        string? weights = WarmStart(parent, recipe);

        // :: Step 2: the images of the snapshot, decoded once
        _voice.State(RunState.Running);
        using TileSet tiles = context.Tiles(preprocessing, labelled: false, LearnContext.Decoded, cancellationToken);
        (IReadOnlyList<int> train, IReadOnlyList<int> test) = tiles.SplitRows();
        var knn = new KnnProbe(tiles, train, test);

        // :: Step 3: training, from the newest checkpoint if there is one
        var training = new PretrainRequest(recipe, tiles, train, context.RunFolder) { Resume = true, InitialWeights = weights, Probe = knn.IsPossible ? knn.Measure : null };
        using PretrainOutcome outcome = new Pretrainer().Run(training, new TrainingReport(_voice), cancellationToken);

        // :: Step 4: old and new on the same held-out images
        _voice.State(RunState.Evaluating);
        _voice.Progress(LearnContext.Trained, "The new encoder is measured.");
        Scores measured = EncoderScores.Measure(outcome.Encoder, tiles, train, test, cancellationToken);
        Scores scores = measured with { ProjectionStd = outcome.Last.ProjectionStd, ProjectionRankMe = outcome.Last.RankMe };
        Scores? before = parent is null ? null : Measure(parent, tiles, cancellationToken);
        Baselines? baselines = knn.IsPossible ? new Baselines(knn.RawPixels(), knn.Untrained(recipe.Description, UntrainedSeed)) : null;
        Verdict verdict = Gate.Judge(before, scores, baselines, outcome.Encoder.Dimensions, _request.Gate);

        // :: Step 5: a classifier on the new encoder, so that whoever classifies now can go on
        using ClassifierFit? classifier = Classifier(parent, outcome.Encoder, tiles, cancellationToken);

        // :: Step 6: the generation, whatever the verdict
        _voice.State(RunState.Exporting);
        _voice.Progress(LearnContext.Evaluated, "The generation is written.");
        return context.Write(new ExportRequest
        {
            Encoder = outcome.Encoder,
            Classifier = classifier?.Head,
            Labels = classifier?.Classes ?? [],
            ProbeTiles = tiles,
            Calibration = CalibrationImages.Of(tiles),
            Method = recipe.Method,
            RecipeYaml = recipe.ToYaml(),
            Corpus = context.Summary,
            Evaluation = new EvaluationReport { Old = before, New = scores, Baselines = baselines, Verdict = verdict },
            Parent = weights is null ? null : parent?.Number,
            Run = _request.RunId,
            Seeds = new Dictionary<string, long> { ["training"] = recipe.Seed },
            Duration = context.Duration,
        }, cancellationToken);
    }

    /// <summary>The serving generation's weights where the network is the same: training goes on from what it has learned.</summary>
    private string? WarmStart(GenerationFolder? parent, Recipe recipe)
    {
        if (parent is null) return null;
        if (parent.Manifest.Backbone == recipe.Description) return parent.File(GenerationFiles.Weights);
        BackboneDescription its = parent.Manifest.Backbone, ours = recipe.Description;
        _voice.Note($"Training starts from random weights: generation {parent.Number} is {its}, the recipe asks for {ours}.");
        return null;
    }

    private Scores Measure(GenerationFolder parent, TileSet tiles, CancellationToken cancellationToken)
    {
        using Encoder encoder = EncoderLoader.FromGeneration(parent);
        using TileSet own = encoder.Preprocessing == tiles.Preprocessing ? tiles.Subset([.. Enumerable.Range(0, tiles.Count)])
            : context.Tiles(encoder.Preprocessing, labelled: false, until: null, cancellationToken);
        (IReadOnlyList<int> train, IReadOnlyList<int> test) = own.SplitRows();
        return EncoderScores.Measure(encoder, own, train, test, cancellationToken);
    }

    private ClassifierFit? Classifier(GenerationFolder? parent, Encoder encoder, TileSet tiles, CancellationToken cancellationToken)
    {
        if (parent is not { Manifest.Labels.Count: > 0 }) return null;
        int[] rows = [.. Enumerable.Range(0, tiles.Count).Where(row => tiles.Labels[row] is not null)];
        ClassLabels labels = ClassLabels.Of(rows.Select(row => tiles.Labels[row]!));
        if (labels.Classes.Count < 2)
        {
            _voice.Note("The new generation has no classifier: fewer than two labels are left in the corpus.");
            return null;
        }
        return ClassifierTrainer.Fit(EncoderRunner.Embed(encoder, tiles, rows, cancellationToken), labels.Indices, labels.Classes, new ClassifierOptions(), cancellationToken);
    }
}
