using System.CommandLine;
using Perennial.Learning.Pretraining;

namespace Perennial.Commands.Training;

/// <summary>The flags that replace a recipe's values. What they may be is for the recipe to say.</summary>
internal sealed class RecipeOptions
{
    private const string Auto = "auto";

    private readonly Argument<string?> _method = new("METHOD") { Description = $"A recipe that came with the program: {string.Join(", ", Recipe.Names())}.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _recipe = new("--recipe") { Description = "A recipe of your own instead, a .yaml file; or auto: METHOD (simclr where none is named) with values that fit the number and the size of the images, printed with their reasons.", HelpName = "FILE" };
    private readonly Option<string[]> _set = new("--set") { Description = "Any other key of the recipe, e.g. --set views.crop_scale_min=0.2.", HelpName = "KEY=VALUE" };

    private readonly Option<string?>[] _flags =
    [
        new("--backbone") { Description = "resnet10, resnet18, resnet34, resnet50, vit_tiny, vit_small or vit_base." },
        new("--width") { Description = "Channels of a ResNet's first stage, or of each attention head of a ViT; 64 is the usual network." },
        new("--patch-size") { Description = "Side of a ViT's patches in pixels; 4 up to 64 px and 16 above where not given." },
        new("--image-size") { Description = "Side of the square input in pixels." },
        new("--epochs") { Description = "Passes over the training images." },
        new("--batch-size") { Description = "Images a step." },
        new("--accumulate") { Description = "Batches a step, for the gradient of a batch that many times as large: exact for all methods. Those that compare the images of a batch (simclr, mocov3, swav, vicreg, barlow) pay with a second forward pass (GradCache); byol, simsiam, moco and dino add up." },
        new("--learning-rate") { Description = "The highest of the schedule." },
        new("--temperature") { Description = "Of the contrastive loss." },
        new("--projection-dim") { Description = "Output length of the projection head." },
        new("--optimizer") { Description = "sgd, adamw or lars." },
        new("--weight-decay") { Description = "Of the optimizer." },
        new("--momentum") { Description = "Of sgd and lars." },
        new("--warmup-epochs") { Description = "Linear warm-up of the learning rate." },
        new("--ema-decay") { Description = "Of the momentum network (byol, moco, mocov3, dino)." },
        new("--queue-size") { Description = "Embeddings kept from earlier steps (moco, swav)." },
        new("--prototypes") { Description = "Prototypes of swav, outputs of dino." },
        new("--local-crops") { Description = "Small crops beside the two large views (swav, dino)." },
        new("--seed") { Description = "Of weights, order and views." },
        new("--amp") { Description = "bf16 (also without a value), fp16, off, or auto: bf16 where the processor multiplies it itself.", Arity = ArgumentArity.ZeroOrOne },
    ];

    public void AddTo(Command command)
    {
        command.Add(_method);
        command.Add(_recipe);
        foreach (Option<string?> flag in _flags)
        {
            command.Add(flag);
        }
        command.Add(_set);
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="choose">Called with the method for <c>--recipe auto</c>: the values that fit the images.</param>
    /// <exception cref="UsageException">Neither or both of METHOD and --recipe, or a --set that is not KEY=VALUE.</exception>
    /// <exception cref="RecipeException">An unknown recipe or key, or a value that is not allowed.</exception>
    public Recipe Read(ParseResult parsed, Func<string, AutoRecipe> choose)
    {
        AutoRecipe? auto = parsed.GetValue(_recipe) == Auto ? choose(parsed.GetValue(_method) ?? AutoRecipe.DefaultMethod) : null;
        string name = auto is not null ? parsed.GetValue(_method) ?? AutoRecipe.DefaultMethod : (parsed.GetValue(_method), parsed.GetValue(_recipe)) switch
        {
            ({ } method, null) => method,
            (null, { } file) => file,
            (null, null) => throw new UsageException($"Name a METHOD ({string.Join(", ", Recipe.Names())}) or a --recipe FILE, or --recipe auto."),
            _ => throw new UsageException("Give METHOD or --recipe FILE, not both."),
        };
        var overrides = new Dictionary<string, string>(auto?.Values ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (string pair in parsed.GetValue(_set) ?? [])
        {
            overrides[pair.IndexOf('=') is > 0 and int at ? pair[..at] : throw new UsageException($"--set {pair} is not KEY=VALUE.")] = pair[(pair.IndexOf('=') + 1)..];
        }
        foreach (Option<string?> flag in _flags.Where(flag => parsed.GetResult(flag) is { Implicit: false }))
        {
            overrides[flag.Name.TrimStart('-').Replace('-', '_')] = parsed.GetValue(flag) ?? "bf16"; // --amp alone may come without a value
        }
        return Recipe.Load(name, overrides);
    }
}
