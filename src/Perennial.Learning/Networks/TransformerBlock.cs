using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// Norm, attention over all tokens, sum; norm, perceptron of four times the width with GELU, sum. Parameter names are timm's (<c>norm1</c>,
/// <c>attn.qkv</c>, <c>attn.proj</c>, <c>norm2</c>, <c>mlp.fc1</c>, <c>mlp.fc2</c>).
/// </summary>
/// <remarks>Source: Dosovitskiy et al., "An Image is Worth 16x16 Words", arXiv:2010.11929, equations 2 and 3 and appendix A.</remarks>
public sealed class TransformerBlock : Module<Tensor, Tensor>
{
    /// <summary>Added to the variance in every layer norm.</summary>
    internal const double Epsilon = 1e-6;

    private const int Expansion = 4;

    private readonly int _heads;

    internal TransformerBlock(int width, int heads) : base(nameof(TransformerBlock))
    {
        _heads = heads;
        Norm1 = LayerNorm(width, Epsilon);
        QueryKeyValue = Linear(width, 3 * width);
        Projection = Linear(width, width);
        Norm2 = LayerNorm(width, Epsilon);
        Hidden = Linear(width, Expansion * width);
        Output = Linear(Expansion * width, width);
        register_module("norm1", Norm1);
        register_module("attn", new Pair(("qkv", QueryKeyValue), ("proj", Projection)));
        register_module("norm2", Norm2);
        register_module("mlp", new Pair(("fc1", Hidden), ("fc2", Output)));
    }

    public LayerNorm Norm1 { get; }

    /// <summary>D to 3·D: queries of all heads, then keys, then values.</summary>
    public Linear QueryKeyValue { get; }

    public Linear Projection { get; }
    public LayerNorm Norm2 { get; }
    public Linear Hidden { get; }
    public Linear Output { get; }

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="input">Tokens [N, T, D].</param>
    /// <returns>[N, T, D]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        (long n, long t, long d) = (input.shape[0], input.shape[1], input.shape[2]);
        Tensor[] qkv = QueryKeyValue.call(Norm1.call(input)).reshape(n, t, 3, _heads, d / _heads).permute(2, 0, 3, 1, 4).unbind(0); // 3 x [N, H, T, d]
        Tensor attended = functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);                                       // [N, H, T, d]
        Tensor x = input + Projection.call(attended.transpose(1, 2).reshape(n, t, d));                                           // [N, T, D]
        return (x + Output.call(functional.gelu(Hidden.call(Norm2.call(x))))).MoveToOuterDisposeScope();                         // [N, T, D]
    }

    /// <summary>Two layers under one name.</summary>
    private sealed class Pair : Module
    {
        public Pair((string Name, Linear Layer) first, (string Name, Linear Layer) second) : base(nameof(Pair))
        {
            register_module(first.Name, first.Layer);
            register_module(second.Name, second.Layer);
        }

        protected override void RegisterComponents() { }
    }
}
