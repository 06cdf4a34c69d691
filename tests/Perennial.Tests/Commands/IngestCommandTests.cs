using System.Text.Json.Nodes;
using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Demo.Samples;

namespace Perennial.Tests.Commands;

public sealed class IngestCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perennial-ingest-").FullName;

    [Fact]
    public async Task A_path_that_is_not_there_is_bad_input() => (await CommandLine.RunAsync("ingest", Path.Combine(_folder, "nothing"))).IsRefusedInOneSentence();

    [Fact]
    public async Task A_missing_argument_is_bad_usage() => (await CommandLine.RunAsync("ingest")).IsRefusedInOneSentence();

    [Fact]
    public async Task A_directory_and_an_address_together_are_bad_usage()
        => (await CommandLine.RunAsync("ingest", _folder, "--data-dir", _folder, "--url", "http://127.0.0.1:1")).IsRefusedInOneSentence();

    [Fact]
    public async Task Images_are_counted_as_added_duplicate_and_refused()
    {
        string pictures = Pictures();
        string data = Path.Combine(_folder, "data");
        CommandLine first = await CommandLine.RunAsync("ingest", pictures, "--labels-from-folders", "--data-dir", data, "--json");
        Assert.Equal(0, first.Code);
        JsonNode counts = JsonNode.Parse(first.Output)!;
        Assert.Equal((20, 1, 1), ((int)counts["added"]!, (int)counts["duplicates"]!, (int)counts["refused"]!));
        Assert.Equal(1, (int)counts["reasons"]!["unsupported_image"]!);

        JsonNode again = JsonNode.Parse((await CommandLine.RunAsync("ingest", pictures, "--data-dir", data, "--json")).Output)!;
        Assert.Equal((0, 21, 1), ((int)again["added"]!, (int)again["duplicates"]!, (int)again["refused"]!));

        using Catalogue catalogue = Catalogue.Open(data);
        var corpus = new ImageCorpus(catalogue, new ImageLimits(), TimeProvider.System);
        Assert.Equal(20, corpus.Count);
        Assert.Equal(SampleImages.Families.Order(), corpus.LabelCounts().Keys.Order());
        Assert.All(corpus.Enumerate(), image => Assert.StartsWith($"{image.Label}/", (string)image.Metadata!["file"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_nothing_could_be_used_the_exit_code_says_so()
    {
        string broken = Directory.CreateDirectory(Path.Combine(_folder, "broken")).FullName;
        File.WriteAllText(Path.Combine(broken, "text.png"), "not an image");
        Assert.Equal(2, (await CommandLine.RunAsync("ingest", broken, "--data-dir", Path.Combine(_folder, "data"))).Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Pictures()
    {
        string pictures = Path.Combine(_folder, "pictures");
        IReadOnlyList<Sample> samples = SampleImages.Render(20, 1, null, TestContext.Current.CancellationToken);
        foreach (Sample sample in samples)
        {
            Directory.CreateDirectory(Path.Combine(pictures, sample.Family));
            File.WriteAllBytes(Path.Combine(pictures, sample.Family, sample.Name), sample.Bytes);
        }
        File.WriteAllBytes(Path.Combine(pictures, samples[0].Family, "again.png"), samples[0].Bytes);
        File.WriteAllText(Path.Combine(pictures, samples[0].Family, "text.png"), "not an image");
        return pictures;
    }
}
