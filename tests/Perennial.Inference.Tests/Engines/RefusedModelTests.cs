using Perennial.Inference.Engines;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines;

public sealed class RefusedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_file_is_refused()
    {
        var refused = Assert.Throws<EngineException>(() => OnnxRuntimeEngine.Load(Path.Combine(_folder.Path, "absent.onnx"), new EngineOptions()));
        Assert.Contains("absent.onnx", refused.Message);
    }

    [Fact]
    public void Bytes_that_are_not_onnx_are_refused()
    {
        var random = new Random(3);
        byte[] noise = new byte[500];
        random.NextBytes(noise);
        Refused(noise, "cannot load");
        Refused([], "cannot load");
        Refused("{\"not\":\"onnx\"}"u8.ToArray(), "cannot load");
    }

    [Fact]
    public void A_truncated_file_is_refused_at_every_length()
    {
        byte[] whole = _encoder.ToOnnx();
        for (int length = whole.Length / 10; length < whole.Length - whole.Length / 10; length += whole.Length / 10)
            Refused(whole[..length], "model.onnx");
    }

    [Fact]
    public void Another_input_name_is_refused() =>
        Refused(_encoder.Body(new OnnxModel().Input("pixels", -1, 3, 4, 4).Output("embedding", -1, 8), input: "pixels").ToBytes(), "'pixels'");

    [Fact]
    public void Another_output_name_is_refused() =>
        Refused(_encoder.Body(new OnnxModel().Input("image", -1, 3, 4, 4).Output("features", -1, 8), output: "features").ToBytes(), "'features'");

    [Fact]
    public void A_second_input_is_refused() =>
        Refused(_encoder.Body(new OnnxModel().Input("image", -1, 3, 4, 4).Input("mask", -1, 1).Output("embedding", -1, 8)).ToBytes(), "2 inputs");

    [Fact]
    public void A_fixed_batch_is_refused() =>
        Refused(_encoder.Body(new OnnxModel().Input("image", 1, 3, 4, 4).Output("embedding", 1, 8)).ToBytes(), "must be free");

    [Fact]
    public void A_free_image_size_is_refused() =>
        Refused(_encoder.Body(new OnnxModel().Input("image", -1, 3, -1, -1).Output("embedding", -1, 8)).ToBytes(), "must be fixed");

    [Fact]
    public void Grey_images_are_refused() => Refused(
        new OnnxModel().Input("image", -1, 1, 4, 4).Output("embedding", -1, 16).Node("Flatten", "image", "embedding", [("axis", 1L)]).ToBytes(),
        "1 channels");

    [Fact]
    public void An_output_of_another_rank_is_refused() => Refused(
        new OnnxModel().Input("image", -1, 3, 4, 4).Output("embedding", -1, 3, 4, 4).Node("Relu", "image", "embedding").ToBytes(),
        "2 dimensions are expected");

    [Fact]
    public void An_output_of_another_type_is_refused() => Refused(
        new OnnxModel().Input("image", -1, 3, 4, 4).Output("embedding", elementType: 7, [-1, 48])
            .Node("Flatten", "image", "flat", [("axis", 1L)]).Node("Cast", "flat", "embedding", [("to", 7L)]).ToBytes(),
        "not a float32 tensor");

    [Fact]
    public void An_operator_from_a_custom_library_is_refused() => Refused(
        new OnnxModel().Input("image", -1, 3, 4, 4).Output("embedding", -1, 48).Node("Anything", "image", "embedding", domain: "somewhere.else").ToBytes(),
        "cannot load");

    private void Refused(byte[] onnx, string because)
    {
        var refused = Assert.Throws<EngineException>(() => OnnxRuntimeEngine.Load(_folder.Write("model.onnx", onnx), new EngineOptions { IntraOpThreads = 1 }));
        Assert.Contains(because, refused.Message);
        Assert.Contains("model.onnx", refused.Message);
    }
}
