using System.Globalization;
using System.Text;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Requests of the Open Inference Protocol, put together from parts that fit one another now and then. The encoder takes 8 x 8 pixels.</summary>
internal static class Tensors
{
    private static readonly string[] Shapes =
    [
        "[1]", "[1]", "[2]", "[1,1]", "[1,3,8,8]", "[1,3,8,8]", "[2,3,8,8]", "[16,3,8,8]", "[17,3,8,8]", "[0]", "[-1]", "[]", "[0,3,8,8]", "[-1,3,8,8]", "[1,3,-8,-8]", "[3,8,8]", "[1,3,8,8,1]", "[1,8,8,3]",
        "[9223372036854775807]", "[9223372036854775807,3,8,8]", "[4294967297,3,8,8]", "[2147483647,3,8,8]", "[1,3,4294967304,8]", "[1,3,65536,65536]", "[9223372036854775808]", "[1.5]", "[1e0]", "null", "1", "[null]", "[\"1\"]",
    ];

    private static readonly string[] Types = ["BYTES", "FP32", "UINT8", "FP16", "INT64", "bytes", "", "BOOL"];
    private static readonly string[] Sizes = ["0", "-1", "4", "768", "769", "1e3", "9223372036854775807", "99999999999999999999", "\"768\"", "null", "true", "2147483648"];
    private static readonly string[] Lengths = ["0", "-1", "1", "+5", " 5 ", "5,5", "1e2", "99999999999", "4294967300", "", "x", "0x10"];
    private static readonly float[] Values = [0, 1, 0.5f, -1, 255, 256, float.MaxValue, -float.MaxValue, float.Epsilon, float.NaN, float.PositiveInfinity, 1e20f];
    private static readonly string[] Outputs = ["""{"name":"embedding"}""", """{"name":"probabilities","parameters":{"binary_data":true}}""", """{"name":"label"}""", """{"name":"other"}""", "null", "{}", """{"name":null}""", """{"name":"embedding","parameters":{"binary_data":1}}""", """{"name":"embedding","parameters":null}"""];
    private static readonly string[] Parameters = ["""{"binary_data_output":true}""", """{"binary_data_output":"yes"}""", "null", "{}", "[]", """{"classification":3}""", """{"binary_data_output":null}"""];

    public static FuzzRequest Random(byte[][] images, Random random)
    {
        FuzzRequest request = new("POST", random.Pick(["/v2/models/encoder/infer", "/v2/models/classifier/infer", "/v2/models/encoder/versions/1/infer", "/v2/models/other/infer"])) { ContentType = "application/octet-stream" };
        string type = random.OneIn(4) ? random.Pick(Types) : random.Pick(["BYTES", "FP32", "UINT8"]), shape = random.OneIn(2) ? random.Pick(Shapes) : type == "BYTES" ? "[1]" : "[1,3,8,8]";
        byte[] tail = random.OneIn(2) ? [] : Tail(type, images, random);
        string data = tail.Length == 0 || random.OneIn(8) ? $",\"data\":{Data(type, images, random)}" : "";
        string size = random.OneIn(4) ? random.Pick(Sizes) : tail.Length.ToString(CultureInfo.InvariantCulture);
        string parameters = tail.Length > 0 || random.OneIn(6) ? $",\"parameters\":{{\"binary_data_size\":{size}}}" : "";
        string input = random.OneIn(20) ? "null" : $"{{\"name\":\"{random.Pick(["image", "image", "image", "image", "other"])}\",\"shape\":{shape},\"datatype\":\"{type}\"{data}{parameters}}}";
        string inputs = random.Next(12) switch { 0 => $"{input},{input}", 1 => "", _ => input };
        string outputs = random.OneIn(3) ? $",\"outputs\":[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => random.Pick(Outputs)))}]" : "";
        string options = random.OneIn(5) ? $",\"parameters\":{random.Pick(Parameters)}" : "";
        byte[] json = Encoding.UTF8.GetBytes($"{{\"id\":\"7\",\"inputs\":[{inputs}]{outputs}{options}}}");
        if (random.OneIn(6)) json = JsonMutation.Apply(json, random);
        request.Body = [.. json, .. tail];
        if (tail.Length > 0 || random.OneIn(6))
            request.Set("Inference-Header-Content-Length", random.OneIn(6) ? random.Pick(Lengths) : json.Length.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private static byte[] Tail(string type, byte[][] images, Random random)
    {
        byte[] tail = type switch
        {
            "BYTES" => [.. Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ => Element(random.Pick(images), random))],
            "FP32" => [.. Enumerable.Range(0, 192).SelectMany(_ => BitConverter.GetBytes(random.OneIn(100) ? random.Pick(Values) : random.NextSingle()))],
            _ => new byte[192],
        };
        return random.OneIn(5) ? ByteMutation.Apply(tail, random) : tail;
    }

    private static byte[] Element(byte[] image, Random random) =>
        [.. BitConverter.GetBytes(random.OneIn(6) ? random.Pick([0, -1, image.Length + 1, image.Length - 1, int.MaxValue, int.MinValue]) : image.Length), .. image];

    private static string Data(string type, byte[][] images, Random random)
    {
        if (type == "BYTES" != random.OneIn(10)) return $"[{string.Join(',', Enumerable.Range(0, random.Next(1, 3)).Select(_ => $"\"{Convert.ToBase64String(random.Pick(images))}\""))}]";
        int count = random.OneIn(4) ? random.Next(400) : 192;
        // Now and then one value a tensor that only just is a number, or hundreds of them.
        int seldom = random.Pick([2, 192, 1000]);
        string numbers = string.Join(',', Enumerable.Range(0, count).Select(_ => random.OneIn(seldom) ? random.Pick(["1e999", "3e38", "-3e38", "1e-45", "256", "1.5", "-1", "null", "0"]) : "1"));
        return random.OneIn(4) ? $"[[[{numbers}]]]" : $"[{numbers}]";
    }
}
