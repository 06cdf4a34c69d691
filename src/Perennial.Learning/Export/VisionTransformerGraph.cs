using Perennial.Learning.Networks;
using TorchSharp.Modules;

namespace Perennial.Learning.Export;

/// <summary>Writes a <see cref="VisionTransformer"/> into a graph, node names being timm's module names under <c>backbone/</c>.</summary>
internal static class VisionTransformerGraph
{
    /// <summary>Appends the network and returns its features <c>[N, D]</c>, not normalised, in <paramref name="precision"/>.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="network">The network; it is only read.</param>
    /// <param name="x">Normalised images <c>[N, 3, S, S]</c> of the network's own size, in <paramref name="precision"/>.</param>
    /// <param name="precision">What the matrix products compute in; the statistics of layer norms are float32 (ONNX: stash_type 1).</param>
    /// <param name="linear">Writes a fully connected layer (name, input, weight [Out, In], bias [Out]) in place of a float one; null for float.</param>
    public static string Append(OnnxGraph graph, VisionTransformer network, string x, OnnxPrecision precision, Func<string, string, float[], float[], string>? linear = null)
    {
        linear ??= (name, input, weight, bias) => graph.Linear(name, input, weight, bias, precision);
        int width = network.Features, heads = network.Heads, perHead = width / heads;
        long tokens = network.PositionEmbedding.shape[1];

        x = graph.Conv("backbone/patch_embed.proj", x, FoldedConvolution.Of(network.Patches), precision);  // [N, D, h, w]
        x = graph.Reshape("backbone/patches", x, 0, width, tokens - 1);                                   // [N, D, T - 1]
        x = graph.Transpose("backbone/tokens", x, 0, 2, 1);                                               // [N, T - 1, D]
        x = graph.PadFront("backbone/room_for_class", x, axis: 1, dimensions: 3, precision);              // [N, T, D], zeros first
        x = graph.Add("backbone/positions", x, graph.Constant("backbone/pos_embed", Positions(network), [1, tokens, width], precision));
        for (int i = 0; i < network.Blocks.Count; i++) x = Block($"backbone/blocks.{i}", network.Blocks[i], x);
        x = graph.Gather("backbone/class", x, index: 0, axis: 1);                                         // [N, D]
        return Norm("backbone/norm", network.Norm, x);

        string Block(string name, TransformerBlock block, string input)
        {
            string y = Norm($"{name}.norm1", block.Norm1, input);
            string attended = Attention($"{name}.attn", block, y);
            string sum = graph.Add($"{name}.sum1", input, Linear($"{name}.attn.proj", block.Projection, attended));
            y = Linear($"{name}.mlp.fc1", block.Hidden, Norm($"{name}.norm2", block.Norm2, sum));
            y = Linear($"{name}.mlp.fc2", block.Output, graph.Gelu($"{name}.mlp.act", y, precision));
            return graph.Add($"{name}.sum2", sum, y);
        }

        string Attention(string name, TransformerBlock block, string input)
        {
            float[] weight = block.QueryKeyValue.weight.ToSingles(), bias = block.QueryKeyValue.bias!.ToSingles(); // [3·D, D], [3·D]
            float scale = 1 / MathF.Sqrt(perHead);
            string query = Heads("q", 0, scale, [0, 2, 1, 3]), key = Heads("k", 1, 1, [0, 2, 3, 1]), value = Heads("v", 2, 1, [0, 2, 1, 3]);
            string share = graph.Softmax($"{name}.softmax", graph.MatMul($"{name}.scores", query, key));          // [N, H, T, T]
            string mixed = graph.MatMul($"{name}.mix", share, value);                                             // [N, H, T, d]
            return graph.Reshape($"{name}.join", graph.Transpose($"{name}.back", mixed, 0, 2, 1, 3), 0, tokens, width); // [N, T, D]

            // The part of qkv for queries, keys or values; the queries' scale 1 / √d is in their weights.
            string Heads(string part, int index, float factor, long[] order)
            {
                float[] w = [.. weight.AsSpan(index * width * width, width * width).ToArray().Select(v => v * factor)];
                float[] b = [.. bias.AsSpan(index * width, width).ToArray().Select(v => v * factor)];
                string y = linear($"{name}.{part}", input, w, b);                                                   // [N, T, D]
                return graph.Transpose($"{name}.{part}.heads", graph.Reshape($"{name}.{part}.split", y, 0, tokens, heads, perHead), order); // [N, H, T, d] or [N, H, d, T]
            }
        }

        string Linear(string name, Linear layer, string input) => linear(name, input, layer.weight.ToSingles(), layer.bias!.ToSingles());

        string Norm(string name, LayerNorm norm, string input) =>
            graph.LayerNorm(name, input, norm.weight!.ToSingles(), norm.bias!.ToSingles(), TransformerBlock.Epsilon, precision);
    }

    // The class token goes where the padding put zeros, so that no node has to repeat it for every image.
    private static float[] Positions(VisionTransformer network)
    {
        float[] positions = network.PositionEmbedding.ToSingles(), token = network.ClassToken.ToSingles();
        for (int i = 0; i < token.Length; i++) positions[i] += token[i];
        return positions;
    }
}
