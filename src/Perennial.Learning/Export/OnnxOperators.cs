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

        /// <summary>Probabilities over the last dimension.</summary>
        public string Softmax(string name, string x) => graph.Node(name, "Softmax", [x], Attribute("axis", -1L));
    }
}
