using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace Perennial.Background;

/// <summary>
/// How a pretraining goes on from the serving generation: which older images it sees again, what it keeps of the old encoder, and how long it may take. It
/// stands for the keys of the same names in every recipe; the overrides of a run, and those of <see cref="RunDefaults"/>, win.
/// </summary>
public sealed record ReplayPolicy
{
    /// <summary>Share of older images (those of the snapshot that the serving encoder was trained on) in each batch; the others have come since.</summary>
    /// <value>Default -1: by their count, as if all images had come at once. 0 (newer ones alone) to 1.</value>
    [Range(-1, 1.0)]
    public double Ratio { get; init; } = -1;

    /// <summary>Which older images: <c>uniform</c> (each as likely), <c>reservoir</c> (a fixed sample of <see cref="Memory"/> images) or <c>class-balanced</c> (each label as likely).</summary>
    /// <value>Default <c>uniform</c>.</value>
    [AllowedValues("uniform", "reservoir", "class-balanced", ErrorMessage = "'{0}' must be uniform, reservoir or class-balanced.")]
    public string Sampling { get; init; } = "uniform";

    /// <summary>Older images that the reservoir keeps.</summary>
    /// <value>Default 10,000. 1 to 100,000,000.</value>
    [Range(1, 100_000_000)]
    public int Memory { get; init; } = 10_000;

    /// <summary>What holds the old encoder's knowledge: <c>cassle</c> or <c>pfr</c>, at the cost of a forward pass of it; <c>none</c> leaves it to replay.</summary>
    /// <value>Default <c>none</c>.</value>
    [AllowedValues("none", "cassle", "pfr", ErrorMessage = "'{0}' must be none, cassle or pfr.")]
    public string Distillation { get; init; } = "none";

    /// <summary>Weight of the distillation beside the method's loss.</summary>
    /// <value>Default -1: the published one. 0 to 1000.</value>
    [Range(-1, 1000.0)]
    public double DistillationWeight { get; init; } = -1;

    /// <summary>Steps of a run, in place of the recipe's epochs.</summary>
    /// <value>Default 0: the recipe's epochs. 0 to 100,000,000.</value>
    [Range(0, 100_000_000)]
    public int MaxSteps { get; init; }

    /// <summary>Minutes of training: a run that would take longer is shortened, its schedule with it.</summary>
    /// <value>Default 0: no limit. 0 to 1,000,000.</value>
    [Range(0, 1_000_000.0)]
    public double MaxMinutes { get; init; }

    /// <summary>The same as keys of a recipe. What is 0 for "as the recipe says" is left out.</summary>
    internal JsonObject ToOverrides()
    {
        JsonObject keys = new()
        {
            ["replay_ratio"] = Ratio,
            ["replay_sampling"] = Sampling,
            ["replay_memory"] = Memory,
            ["distillation"] = Distillation,
            ["distillation_weight"] = DistillationWeight,
        };
        if (MaxSteps > 0) keys["max_steps"] = MaxSteps;
        if (MaxMinutes > 0) keys["max_minutes"] = MaxMinutes;
        return keys;
    }
}
