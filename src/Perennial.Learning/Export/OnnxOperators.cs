using static Perennial.Learning.Export.OnnxGraph;

namespace Perennial.Learning.Export;

/// <summary>The operators that Perennial's networks are made of, each appended as one node named by the caller.</summary>
/// <remarks>Semantics: the public ONNX operator specification, set 17. Every method returns the name of the value it makes.</remarks>
internal static class OnnxOperators
{
    extension(OnnxGraph graph)
    {
        /// <summary>2-D convolution with bias, padded by zeros alike on all sides: <c>[N, C, H, W]</c> to <c>[N, weight.OutChannels, H', W']</c>.</summary>
        public string Conv(string name, string x, FoldedConvolution convolution, OnnxPrecision precision)
        {
            string weight = graph.Constant(name + ".weight", convolution.Weight, convolution.Shape, precision);
            string bias = graph.Constant(name + ".bias", convolution.Bias, [convolution.Bias.Length], precision);
            return graph.Conv(name, x, weight, bias, convolution);
        }

        /// <summary>The same with weight and bias from elsewhere in the graph.</summary>
        public string Conv(string name, string x, string weight, string bias, FoldedConvolution convolution)
        {
            (long h, long w) = (convolution.Padding.Height, convolution.Padding.Width);
            return graph.Node(name, "Conv", [x, weight, bias],
                Attribute("dilations", convolution.Dilation.Height, convolution.Dilation.Width),
                Attribute("group", convolution.Groups),
                Attribute("kernel_shape", convolution.Shape[2], convolution.Shape[3]),
                Attribute("pads", h, w, h, w),
                Attribute("strides", convolution.Stride.Height, convolution.Stride.Width));
        }

        /// <summary>max(x, 0).</summary>
        public string Relu(string name, string x) => graph.Node(name, "Relu", [x]);

        /// <summary>Elementwise a + b.</summary>
        public string Add(string name, string a, string b) => graph.Node(name, "Add", [a, b]);

        /// <summary>Elementwise a - b.</summary>
        public string Sub(string name, string a, string b) => graph.Node(name, "Sub", [a, b]);

        /// <summary>Elementwise a * b.</summary>
        public string Mul(string name, string a, string b) => graph.Node(name, "Mul", [a, b]);

        /// <summary>Largest value in each square window, padding never being the largest.</summary>
        public string MaxPool(string name, string x, long kernel, long stride, long padding) => graph.Node(name, "MaxPool", [x],
            Attribute("kernel_shape", kernel, kernel),
            Attribute("pads", padding, padding, padding, padding),
            Attribute("strides", stride, stride));

        /// <summary>Mean over height and width: <c>[N, C, H, W]</c> to <c>[N, C, 1, 1]</c>.</summary>
        public string GlobalAveragePool(string name, string x) => graph.Node(name, "GlobalAveragePool", [x]);

        /// <summary>Everything but the batch in one dimension: <c>[N, C, 1, 1]</c> to <c>[N, C]</c>.</summary>
        public string Flatten(string name, string x) => graph.Node(name, "Flatten", [x], Attribute("axis", 1L));

        /// <summary>The same values in another precision.</summary>
        public string Cast(string name, string x, OnnxPrecision precision) => graph.Node(name, "Cast", [x], Attribute("to", (long)DataTypeOf(precision)));

        /// <summary>Row-wise <c>x / max(|x|, epsilon)</c>, <c>[N, D]</c>: torch's <c>normalize</c>. To be given float32, whose squares cannot overflow here.</summary>
        public string L2Normalize(string name, string x, float epsilon = 1e-12f)
        {
            string norm = graph.Node(name + "/norm", "ReduceL2", [x], Attribute("axes", [1L]), Attribute("keepdims", 1L)); // [N, 1]
            string floor = graph.Constant(name + "/epsilon", [epsilon], [], OnnxPrecision.Float32);
            string divisor = graph.Node(name + "/max", "Max", [norm, floor]); // [N, 1]
            return graph.Node(name, "Div", [x, divisor]); // [N, D]
        }

        /// <summary>Fully connected layer: <c>[N, In]</c> to <c>[N, Out]</c>, the weight <c>[Out, In]</c> as torch keeps it.</summary>
        public string Gemm(string name, string x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
        {
            long outputs = bias.Length;
            string w = graph.Constant(name + ".weight", weight, [outputs, weight.Length / outputs], OnnxPrecision.Float32);
            string b = graph.Constant(name + ".bias", bias, [outputs], OnnxPrecision.Float32);
            return graph.Node(name, "Gemm", [x, w, b], Attribute("transB", 1L));
        }

        /// <summary>Fully connected layer over the last dimension: <c>[..., In]</c> to <c>[..., Out]</c>, the weight <c>[Out, In]</c> as torch keeps it.</summary>
        public string Linear(string name, string x, float[] weight, float[] bias, OnnxPrecision precision)
        {
            int outputs = bias.Length, inputs = weight.Length / outputs;
            float[] transposed = new float[weight.Length];
            for (int o = 0; o < outputs; o++)
                for (int i = 0; i < inputs; i++) transposed[i * outputs + o] = weight[o * inputs + i];
            string product = graph.MatMul(name + ".product", x, graph.Constant(name + ".weight", transposed, [inputs, outputs], precision));
            return graph.Add(name, product, graph.Constant(name + ".bias", bias, [outputs], precision));
        }

        /// <summary>Matrix product of the last two dimensions.</summary>
        public string MatMul(string name, string a, string b) => graph.Node(name, "MatMul", [a, b]);

        /// <summary>The same values in another shape, 0 keeping a dimension.</summary>
        public string Reshape(string name, string x, params ReadOnlySpan<long> shape) => graph.Node(name, "Reshape", [x, graph.Integers(name + ".shape", shape, [shape.Length])]);

        /// <summary>Dimensions in another order.</summary>
        public string Transpose(string name, string x, params ReadOnlySpan<long> order) => graph.Node(name, "Transpose", [x], Attribute("perm", order));

        /// <summary>One row of zeros before the first along <paramref name="axis"/>.</summary>
        public string PadFront(string name, string x, int axis, int dimensions, OnnxPrecision precision)
        {
            long[] pads = new long[2 * dimensions];
            pads[axis] = 1;
            return graph.Node(name, "Pad", [x, graph.Integers(name + ".pads", pads, [pads.Length]), graph.Constant(name + ".zero", [0], [], precision)]);
        }

        /// <summary>One slice along <paramref name="axis"/>, which goes away.</summary>
        public string Gather(string name, string x, long index, long axis) => graph.Node(name, "Gather", [x, graph.Integers(name + ".index", [index], [])], Attribute("axis", axis));

        /// <summary>Layer norm over the last dimension, its statistics in float32.</summary>
        public string LayerNorm(string name, string x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, double epsilon, OnnxPrecision precision) =>
            graph.Node(name, "LayerNormalization", [x, graph.Constant(name + ".weight", weight, [weight.Length], precision), graph.Constant(name + ".bias", bias, [bias.Length], precision)],
                Attribute("axis", -1L), Attribute("epsilon", (float)epsilon), Attribute("stash_type", 1L));

        /// <summary><c>x·½·(1 + erf(x / √2))</c>: GELU as it is defined, not its approximation.</summary>
        public string Gelu(string name, string x, OnnxPrecision precision)
        {
            string scaled = graph.Node(name + "/div", "Div", [x, graph.Constant(name + "/sqrt2", [MathF.Sqrt(2)], [], precision)]);
            string one = graph.Add(name + "/add", graph.Node(name + "/erf", "Erf", [scaled]), graph.Constant(name + "/one", [1], [], precision));
            return graph.Mul(name, graph.Mul(name + "/mul", x, one), graph.Constant(name + "/half", [0.5f], [], precision));
        }

        /// <summary>Real numbers as uint8.</summary>
        public string Quantize(string name, string x, string scale, string zeroPoint) => graph.Node(name, "QuantizeLinear", [x, scale, zeroPoint]);

        /// <summary>Integers as real numbers, one scale for all.</summary>
        public string Dequantize(string name, string x, string scale, string zeroPoint) => graph.Node(name, "DequantizeLinear", [x, scale, zeroPoint]);

        /// <summary>Integers as real numbers, a scale for each place along <paramref name="axis"/>.</summary>
        public string Dequantize(string name, string x, string scale, string zeroPoint, long axis) =>
            graph.Node(name, "DequantizeLinear", [x, scale, zeroPoint], Attribute("axis", axis));

        /// <summary>Probabilities over the last dimension.</summary>
        public string Softmax(string name, string x) => graph.Node(name, "Softmax", [x], Attribute("axis", -1L));
    }
}
