using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Finetuning;

/// <summary>A classifier on frozen embeddings: one linear layer, or two with a ReLU between them.</summary>
public sealed class ClassifierHead : Module<Tensor, Tensor>
{
    /// <param name="dimensions">D, length of an embedding, 1 or more.</param>
    /// <param name="classes">C, 2 or more.</param>
    /// <param name="hidden">Width of the hidden layer; 0 for a linear classifier.</param>
    public ClassifierHead(int dimensions, int classes, int hidden) : base(nameof(ClassifierHead))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(hidden);
        (Dimensions, Classes) = (dimensions, classes);
        if (hidden > 0)
        {
            Hidden = Linear(dimensions, hidden);
            register_module("hidden", Hidden);
        }

        Output = Linear(hidden > 0 ? hidden : dimensions, classes);
        register_module("output", Output);
    }

    /// <summary>D.</summary>
    public int Dimensions { get; }

    /// <summary>C.</summary>
    public int Classes { get; }

    /// <summary>The first layer of an MLP; null in a linear classifier.</summary>
    public Linear? Hidden { get; }

    /// <summary>The layer that makes the logits.</summary>
    public Linear Output { get; }

    /// <summary>The layer that embeddings enter.</summary>
    internal Linear First => Hidden ?? Output;

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="input">Embeddings [N, D]</param>
    /// <returns>Logits [N, C]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = Hidden is null ? input : functional.relu(Hidden.call(input)); // [N, H]
        return Output.call(x).MoveToOuterDisposeScope(); // [N, C]
    }

    /// <param name="embeddings">[N, D]</param>
    /// <returns>Probabilities [N, C], each row summing to 1; no gradient.</returns>
    public Tensor Probabilities(Tensor embeddings)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return functional.softmax(call(embeddings), dim: 1).MoveToOuterDisposeScope();
    }
}
