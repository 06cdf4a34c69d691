using Perennial.Core.Generations;

namespace Perennial.Tests.Commands;

public sealed class ExportCommandTests : IDisposable
{
    private static readonly string Starter = Path.Combine(AppContext.BaseDirectory, "models", "starter");

    private readonly string _folder = Directory.CreateTempSubdirectory("perennial-export-").FullName;

    [Theory]
    [InlineData("--int8", GenerationFiles.EncoderInt8)]
    [InlineData("--fp16", GenerationFiles.EncoderFp16)]
    public async Task The_variant_is_written_beside_float32(string option, string file)
    {
        CommandLine told = await CommandLine.RunAsync("export", "--model", Starter, option, "--output", _folder);
        Assert.Equal(0, told.Code);
        foreach (string name in new[] { GenerationFiles.Encoder, file })
            Assert.Equal(File.ReadAllBytes(Path.Combine(Starter, name)), File.ReadAllBytes(Path.Combine(_folder, name)));
    }

    [Fact]
    public async Task The_measured_figures_are_told_beside_it()
    {
        CommandLine told = await CommandLine.RunAsync("export", "--model", Starter, "--int8", "--output", _folder);
        Assert.Contains("int8: mean cosine 0.99", told.Error, StringComparison.Ordinal);
        Assert.Contains("kNN 0.473 -> 0.47", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_variant_images_are_asked_for()
    {
        GenerationFolder starter = GenerationFolder.Open(Starter);
        using GenerationDraft draft = new GenerationStore(_folder).Begin();
        foreach (string name in starter.Manifest.Files.Keys.Where(name => name != GenerationFiles.EncoderInt8)) File.Copy(starter.File(name), Path.Combine(draft.Path, name));
        GenerationFolder bare = draft.Commit((number, files) => starter.Manifest with { Number = number, Files = files, Precisions = ["fp32"] });
        CommandLine told = await CommandLine.RunAsync("export", "--model", bare.Path, "--int8", "--output", Path.Combine(_folder, "out"));
        told.IsRefusedInOneSentence();
        Assert.Contains("--data", told.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "out")));
    }

    [Theory]
    [InlineData("--data somewhere", "--int8")]
    [InlineData("--int8 --data nowhere", "nowhere")]
    public async Task Options_that_do_not_fit_are_refused(string options, string named)
    {
        CommandLine told = await CommandLine.RunAsync(["export", "--model", Starter, "--output", Path.Combine(_folder, "out"), .. options.Split(' ')]);
        told.IsRefusedInOneSentence();
        Assert.Contains(named, told.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "out")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
