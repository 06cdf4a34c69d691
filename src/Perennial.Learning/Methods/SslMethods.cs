using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;

namespace Perennial.Learning.Methods;

/// <summary>The methods by their names in recipes.</summary>
internal static class SslMethods
{
    private static readonly Dictionary<string, Func<Encoder, Recipe, ISslMethod>> Known = new(StringComparer.Ordinal)
    {
        ["simclr"] = (encoder, recipe) => new SimClr(encoder, recipe),
        ["byol"] = (encoder, recipe) => new Byol(encoder, recipe),
        ["moco"] = (encoder, recipe) => new MoCo(encoder, recipe),
        ["mocov3"] = (encoder, recipe) => new MoCoV3(encoder, recipe),
        ["swav"] = (encoder, recipe) => new SwAV(encoder, recipe),
        ["dino"] = (encoder, recipe) => new Dino(encoder, recipe),
        ["vicreg"] = DecorrelatingMethod.VICReg,
        ["barlow"] = DecorrelatingMethod.BarlowTwins,
        ["simsiam"] = (encoder, recipe) => new SimSiam(encoder, recipe),
    };

    /// <summary>Heads and state for a recipe's method, with random weights from torch's global generator.</summary>
    public static ISslMethod Create(Encoder encoder, Recipe recipe) => Known[recipe.Method](encoder, recipe);
}
