using Perennial.Core.Images;
using Perennial.Learning.Export;
using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Perennial.Learning.Optimizers.AdamW;

namespace Perennial.Learning.Pretraining;

/// <summary>What a run changes step by step: encoder, the method's heads, optimizer. Built from a recipe, saved and restored as named tensors.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly Recipe _recipe;
    private readonly TrainedParameter[] _trained;
    private readonly CosineRamp _weightDecay;
    private bool _encoderGiven;

    public TrainingState(Recipe recipe, Preprocessing preprocessing, string? initialWeights)
    {
        _recipe = recipe;
        _weightDecay = new CosineRamp(recipe.WeightDecay, recipe.WeightDecayEnd < 0 ? recipe.WeightDecay : recipe.WeightDecayEnd);
        random.manual_seed(recipe.Seed);
        Encoder = new Encoder(Backbone.Create(recipe.Description), preprocessing);
        if (initialWeights is not null) WeightsFile.ReadInto(initialWeights, Encoder.Backbone);
        if (recipe.FreezePatchEmbed && Encoder.Backbone is VisionTransformer transformer) transformer.FreezePatchEmbedding();
        Method = SslMethods.Create(Encoder, recipe);
        ChannelsLast.Convert(Encoder); // before the optimizer holds the weights
        ChannelsLast.Convert(Method.Heads);
        _trained = [.. Trained(Encoder, "encoder.", _ => false), .. Trained(Method.Heads, "heads.", Method.KeepsPeakRate)];
        Optimizer = recipe.Optimizer switch
        {
            "sgd" => new Sgd(_trained, recipe.Momentum),
            "lars" => new Lars(_trained, recipe.Momentum),
            _ => new AdamW(_trained),
        };
        Train();
    }

    public Encoder Encoder { get; }
    public ISslMethod Method { get; }
    public IOptimizer Optimizer { get; }

    /// <summary>Scale of the loss; used with float16 alone.</summary>
    public GradientScaler Scaler { get; } = new();

    /// <summary>Everything a checkpoint must hold, by name; the tensors themselves, to read from or to write into.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors() =>
        Encoder.state_dict().Select(entry => (Key: "encoder." + entry.Key, entry.Value))
            .Concat(Method.Heads.state_dict().Select(entry => (Key: "heads." + entry.Key, entry.Value)))
            .Concat(Optimizer.State.Select(entry => (Key: "optimizer." + entry.Key, entry.Value)))
            .Append((Key: "scaler", Value: Scaler.State))
            .ToDictionary(entry => entry.Key, entry => entry.Value);

    public void Train()
    {
        Encoder.train();
        Method.Heads.train();
    }

    /// <summary>Takes the gradients, moves the weights, and lets the method follow.</summary>
    public void Update(StepPosition at, double learningRate, MethodOutputs outputs)
    {
        Method.BeforeUpdate(at);
        Parameter[] moving = [.. _trained.Select(trained => trained.Weight).Where(weight => weight.grad is not null)];
        if (at.Precision.NeedsScaling && !Scaler.Unscale(moving.Select(weight => weight.grad!)))
        {
            Optimizer.ZeroGradients(); // the scale was too large: this step is left out, the next has a smaller one
            return;
        }
        if (_recipe.ClipGradient > 0) nn.utils.clip_grad_norm_(moving, _recipe.ClipGradient);
        Optimizer.Step(new StepRates(learningRate, at.Of(_weightDecay), _recipe.LearningRate));
        Optimizer.ZeroGradients();
        Method.Updated(Encoder, outputs, at);
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
        Scaler.Dispose();
        Optimizer.Dispose();
        Method.Dispose();
        if (!_encoderGiven) Encoder.Dispose();
    }

    // Biases and the weights of norm layers are the parameters of one dimension.
    private IEnumerable<TrainedParameter> Trained(nn.Module module, string prefix, Func<string, bool> keepsPeak) =>
        module.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry =>
            new TrainedParameter(prefix + entry.name, entry.parameter, !_recipe.ExcludeBiasAndNorm || entry.parameter.ndim > 1, keepsPeak(entry.name)));
}
