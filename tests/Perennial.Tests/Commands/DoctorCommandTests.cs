using System.Text.Json;

namespace Perennial.Tests.Commands;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task Names_what_there_is_and_says_what_is_missing_in_a_sentence()
    {
        CommandLine told = await CommandLine.RunAsync("doctor", "--json");
        using var found = JsonDocument.Parse(told.Output);
        Assert.Contains("2.10", found.RootElement.GetProperty("libtorch").GetString(), StringComparison.Ordinal);
        Assert.Contains("CPUExecutionProvider", found.RootElement.GetProperty("onnx_runtime").GetString(), StringComparison.Ordinal);
        Assert.Equal("yes", found.RootElement.GetProperty("engine_onnxruntime-cpu").GetString());
        Assert.Matches("^(yes|no: .+)$", found.RootElement.GetProperty("engine_tensorrt").GetString());
        Assert.Matches("^(yes|no: .+)$", found.RootElement.GetProperty("engine_onnxruntime-cuda").GetString());
        Assert.EndsWith(".", found.RootElement.GetProperty("verdict").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("warp")]
    [InlineData("cuda:x")]
    public async Task A_device_that_nobody_knows_is_refused(string device)
    {
        CommandLine told = await CommandLine.RunAsync("knn-eval", "--pretrained", "out", "--data", "images", "--device", device);
        told.IsRefusedInOneSentence();
        Assert.Contains(device, told.Error, StringComparison.Ordinal);
    }
}
