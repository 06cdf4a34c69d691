using Perennial.Core.Images;
using Perennial.Learning.Export;
using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using static TorchSharp.torch;
using AdamW = Perennial.Learning.Optimizers.AdamW;
using Parameter = TorchSharp.Modules.Parameter;

namespace Perennial.Learning.Pretraining;

/// <summary>What a run changes step by step: encoder, the method's heads, optimizer. Built from a recipe, saved and restored as named tensors.</summary>
internal sealed class TrainingState : IDisposable
{
    private bool _encoderGiven;

    public TrainingState(Recipe recipe, Preprocessing preprocessing, string? initialWeights)
    {
        random.manual_seed(recipe.Seed);
        Encoder = new Encoder(ResNet.Create(recipe.Description), preprocessing);
        if (initialWeights is not null) WeightsFile.ReadInto(initialWeights, Encoder.Backbone);
        Method = recipe.Method switch
        {
            "simclr" => new SimClr(Encoder.Dimensions, recipe.ProjectionHidden, recipe.ProjectionDim, recipe.Temperature, recipe.Views),
            _ => throw new RecipeException($"method: '{recipe.Method}' is not known."),
        };
        ChannelsLast.Convert(Encoder); // before the optimizer holds the weights
        (string Name, Parameter Parameter)[] parameters = [.. Named(Encoder, "encoder."), .. Named(Method.Heads, "heads.")];
        Optimizer = recipe.Optimizer == "sgd"
            ? new Sgd(parameters, recipe.Momentum, recipe.WeightDecay)
            : new AdamW(parameters, recipe.WeightDecay);
        Train();
    }

    public Encoder Encoder { get; }
    public ISslMethod Method { get; }
    public IOptimizer Optimizer { get; }

    /// <summary>Everything a checkpoint must hold, by name; the tensors themselves, to read from or to write into.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors() =>
        Encoder.state_dict().Select(entry => (Key: "encoder." + entry.Key, entry.Value))
            .Concat(Method.Heads.state_dict().Select(entry => (Key: "heads." + entry.Key, entry.Value)))
            .Concat(Optimizer.State.Select(entry => (Key: "optimizer." + entry.Key, entry.Value)))
            .ToDictionary(entry => entry.Key, entry => entry.Value);

    public void Train()
    {
        Encoder.train();
        Method.Heads.train();
    }

    /// <summary>Runs a measurement with every norm layer in evaluation mode, then goes back to training.</summary>
    public double Measure(Func<Encoder, double> probe)
    {
        Encoder.eval();
        try
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            return probe(Encoder);
        }
        finally
        {
            Train();
        }
    }

    /// <summary>Hands the encoder over, in evaluation mode.</summary>
    public Encoder TakeEncoder()
    {
        _encoderGiven = true;
        Encoder.eval();
        return Encoder;
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Method.Dispose();
        if (!_encoderGiven) Encoder.Dispose();
    }

    private static IEnumerable<(string, Parameter)> Named(nn.Module module, string prefix) =>
        module.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => (prefix + entry.name, entry.parameter));
}
