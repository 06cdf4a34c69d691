using System.Text.Json.Nodes;
using Perennial.Core.Generations;

namespace Perennial.Core.Tests.Generations;

public sealed class HostileManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GenerationFolder _generation;

    public HostileManifestTests() => _generation = SampleGeneration.Commit(new GenerationStore(_folder.Path));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("manifest.json")]
    public void A_name_that_is_not_a_plain_file_name_is_refused(string name) =>
        Refused(manifest => manifest["files"]![name] = new string('a', 64), "is not a plain file name");

    [Fact]
    public void A_listed_file_that_is_missing_is_refused() =>
        Refused(manifest => manifest["files"]!["extra.bin"] = new string('a', 64), "lacks extra.bin");

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void An_unknown_format_is_refused_before_anything_else(int format) =>
        Refused(manifest => { manifest.Clear(); manifest["format"] = format; }, $"has format {format}; this version reads format 1");

    [Fact]
    public void A_manifest_without_a_format_is_refused() => Refused(manifest => manifest.Remove("format"), "names no format");

    [Theory]
    [InlineData("number")]
    [InlineData("digest")]
    [InlineData("files")]
    [InlineData("preprocessing")]
    [InlineData("corpus")]
    [InlineData("created")]
    public void A_missing_member_is_refused_and_named(string member)
    {
        Refused(manifest => manifest.Remove(member), member);
        Refused(manifest => manifest[member] = null, member);
    }

    [Fact]
    public void A_digest_that_is_not_the_encoders_is_refused() =>
        Refused(manifest => manifest["digest"] = "sha256:" + new string('0', 64), "its digest is not that of encoder.onnx");

    [Fact]
    public void A_file_digest_that_is_not_hexadecimal_is_refused() =>
        Refused(manifest => manifest["files"]!["weights.safetensors"] = "../x", "64 lower-case hexadecimal digits");

    [Theory]
    [InlineData("dimensions", 0, "dimensions 0")]
    [InlineData("dimensions", 1 << 20, "dimensions 1048576")]
    [InlineData("number", -1, "number -1")]
    public void A_value_out_of_its_range_is_refused(string member, int value, string reason) => Refused(manifest => manifest[member] = value, reason);

    [Fact]
    public void A_standard_deviation_of_zero_is_refused() =>
        Refused(manifest => manifest["preprocessing"]!["std"] = new JsonArray(0.2, 0.0, 0.2), "std");

    [Fact]
    public void Labels_without_a_classifier_are_refused() => Refused(manifest => manifest["labels"] = new JsonArray("cat"), "classifier.onnx");

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"format\":")]
    [InlineData("{\"format\":1,\"format\":1}")]
    public void Something_that_is_not_a_manifest_is_refused(string json)
    {
        File.WriteAllText(Path.Combine(_generation.Path, GenerationFiles.Manifest), json);
        Assert.Throws<GenerationException>(() => GenerationFolder.Open(_generation.Path));
    }

    [Fact]
    public void A_manifest_of_gigabytes_is_not_read()
    {
        using (FileStream file = File.Open(Path.Combine(_generation.Path, GenerationFiles.Manifest), FileMode.Open))
            file.SetLength(3L << 30);
        Assert.Contains("larger than", Assert.Throws<GenerationException>(() => GenerationFolder.Open(_generation.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_a_link_out_of_the_folder_is_refused()
    {
        File.Delete(_generation.File(GenerationFiles.Weights));
        File.CreateSymbolicLink(_generation.File(GenerationFiles.Weights), "/etc/hostname");
        Assert.Contains("is a link", Assert.Throws<GenerationException>(() => GenerationFolder.Open(_generation.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_manifest_or_without_anything_is_refused()
    {
        Assert.Throws<GenerationException>(() => GenerationFolder.Open(_folder.File("absent")));
        Assert.Throws<GenerationException>(() => GenerationFolder.Open(_folder.Path));
    }

    [Fact]
    public void Import_of_a_changed_generation_is_refused_and_leaves_nothing_behind()
    {
        File.AppendAllText(_generation.File(GenerationFiles.Encoder), "!");
        GenerationStore store = new(_folder.File("other"));

        Assert.Throws<GenerationException>(() => store.Import(_generation.Path));
        Assert.Empty(Directory.GetFileSystemEntries(store.Directory));
    }

    private void Refused(Action<JsonObject> change, string reason)
    {
        string path = Path.Combine(_generation.Path, GenerationFiles.Manifest);
        byte[] original = File.ReadAllBytes(path);
        JsonObject manifest = JsonNode.Parse(original)!.AsObject();
        change(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
        GenerationException fault = Assert.Throws<GenerationException>(() => GenerationFolder.Open(_generation.Path));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        File.WriteAllBytes(path, original);
    }
}
