using System.Security.Cryptography;
using System.Text;
using Perennial.Core.Generations;

namespace Perennial.Core.Tests.Generations;

public sealed class GenerationStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GenerationStore _store;

    public GenerationStoreTests() => _store = new GenerationStore(_folder.File("models"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_committed_generation_is_found_again_as_it_was_written()
    {
        GenerationFolder committed = SampleGeneration.Commit(_store);

        GenerationFolder found = Assert.Single(new GenerationStore(_store.Directory).List());

        Assert.Equal(1, found.Number);
        Assert.EndsWith("gen-000001", found.Path, StringComparison.Ordinal);
        Assert.Equivalent(committed.Manifest, found.Manifest, strict: true);
        Assert.Equal("weights", File.ReadAllText(found.File(GenerationFiles.Weights)));
        found.Verify();
    }

    [Fact]
    public void The_digest_is_the_sha256_of_the_encoders_bytes()
    {
        GenerationFolder committed = SampleGeneration.Commit(_store, "abc");

        // FIPS 180-2, appendix B.1
        Assert.Equal("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", committed.Manifest.Digest);
    }

    [Fact]
    public void The_manifest_is_indented_camel_case_json()
    {
        string json = File.ReadAllText(Path.Combine(SampleGeneration.Commit(_store).Path, GenerationFiles.Manifest));

        Assert.Contains("\n  \"number\": 1,", json, StringComparison.Ordinal);
        Assert.Contains("\"recipeYaml\"", json, StringComparison.Ordinal);
        Assert.Contains("\"resize\": \"squash\"", json, StringComparison.Ordinal);
        Assert.Contains("\"minCosine\": 0.9999", json, StringComparison.Ordinal);
        Assert.DoesNotContain("tileBytes", json, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Nothing_is_seen_of_a_draft_before_its_commit_and_nothing_is_left_of_one_that_is_given_up()
    {
        using (GenerationDraft draft = _store.Begin())
        {
            File.WriteAllText(Path.Combine(draft.Path, GenerationFiles.Encoder), "x");
            Assert.Empty(_store.List());
        }
        Assert.Empty(Directory.GetFileSystemEntries(_store.Directory));
    }

    [Fact]
    public void A_committed_draft_leaves_only_its_generation()
    {
        SampleGeneration.Commit(_store);

        Assert.Equal(["gen-000001"], Directory.GetFileSystemEntries(_store.Directory).Select(Path.GetFileName));
    }

    [Fact]
    public void Concurrent_commits_get_a_number_each()
    {
        const int writers = 16;
        Parallel.For(0, writers, new ParallelOptions { MaxDegreeOfParallelism = writers }, i => SampleGeneration.Commit(new GenerationStore(_store.Directory), $"encoder {i}"));

        IReadOnlyList<GenerationFolder> list = _store.List();
        Assert.Equal(Enumerable.Range(1, writers), list.Select(folder => folder.Number));
        Assert.Equal(writers, list.Select(folder => folder.Manifest.Digest).Distinct().Count());
        Assert.All(list, folder => folder.Verify());
    }

    [Fact]
    public void A_number_that_is_taken_between_the_manifest_and_the_rename_is_passed_over()
    {
        using GenerationDraft draft = _store.Begin();
        File.WriteAllText(Path.Combine(draft.Path, GenerationFiles.Encoder), "mine");
        int calls = 0;

        GenerationFolder committed = draft.Commit((number, files) =>
        {
            if (calls++ == 0)
                SampleGeneration.Commit(_store, "theirs");
            return SampleGeneration.Manifest(number, files);
        });

        Assert.Equal(2, committed.Number);
        Assert.Equal(2, committed.Manifest.Number);
        Assert.Equal("mine", File.ReadAllText(committed.File(GenerationFiles.Encoder)));
        Assert.Equal("theirs", File.ReadAllText(_store.Find(1)!.File(GenerationFiles.Encoder)));
    }

    [Fact]
    public void Drafts_of_dead_writers_are_removed_and_those_of_living_ones_stay()
    {
        string dead = Path.Combine(_store.Directory, ".draft-dead");
        Directory.CreateDirectory(dead);
        File.WriteAllText(Path.Combine(dead, GenerationFiles.Encoder), "half");
        File.WriteAllText(dead + ".lock", "");
        File.WriteAllText(Path.Combine(_store.Directory, ".draft-orphan.lock"), "");
        using GenerationDraft living = _store.Begin();

        _store.RemoveStaleDrafts();

        Assert.True(Directory.Exists(living.Path));
        Assert.Equal(new[] { living.Path, living.Path + ".lock" }, Directory.GetFileSystemEntries(_store.Directory).Order());
    }

    [Theory]
    [InlineData(1, 9)]
    [InlineData(2, 1)]
    public void A_manifest_with_another_number_than_its_own_is_refused(int asked, int written)
    {
        using GenerationDraft draft = _store.Begin();
        File.WriteAllText(Path.Combine(draft.Path, GenerationFiles.Encoder), "x");
        if (asked == 2)
            SampleGeneration.Commit(_store);

        GenerationException fault = Assert.Throws<GenerationException>(() => draft.Commit((_, files) => SampleGeneration.Manifest(written, files)));

        Assert.Contains($"number is {written}, not {asked}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_without_an_encoder_is_refused()
    {
        using GenerationDraft draft = _store.Begin();
        File.WriteAllText(Path.Combine(draft.Path, GenerationFiles.Weights), "x");

        Assert.Contains("encoder.onnx", Assert.Throws<GenerationException>(() => draft.Commit(SampleGeneration.Manifest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_with_a_folder_or_a_link_inside_is_refused()
    {
        using GenerationDraft withFolder = _store.Begin();
        Directory.CreateDirectory(Path.Combine(withFolder.Path, "sub"));
        using GenerationDraft withLink = _store.Begin();
        File.CreateSymbolicLink(Path.Combine(withLink.Path, GenerationFiles.Encoder), "/etc/hostname");

        Assert.Contains("'sub'", Assert.Throws<GenerationException>(() => withFolder.Commit(SampleGeneration.Manifest)).Message, StringComparison.Ordinal);
        Assert.Contains("plain files only", Assert.Throws<GenerationException>(() => withLink.Commit(SampleGeneration.Manifest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_imported_generation_gets_the_next_number_the_same_files_and_no_parent()
    {
        GenerationFolder starter = SampleGeneration.Commit(new GenerationStore(_folder.File("elsewhere")), "starter");
        SampleGeneration.Commit(_store);

        GenerationFolder imported = _store.Import(starter.Path);

        Assert.Equal(2, imported.Number);
        Assert.Null(imported.Manifest.Parent);
        Assert.Equal(starter.Manifest.Digest, imported.Manifest.Digest);
        Assert.Equivalent(starter.Manifest.Files, imported.Manifest.Files, strict: true);
        imported.Verify();
    }

    [Fact]
    public void A_damaged_generation_is_left_out_of_the_list_and_named_with_its_reason()
    {
        SampleGeneration.Commit(_store);
        GenerationFolder damaged = SampleGeneration.Commit(_store);
        File.Delete(damaged.File(GenerationFiles.Weights));

        Assert.Equal([1], _store.List().Select(folder => folder.Number));
        Assert.Contains("weights.safetensors", Assert.Single(_store.ListDamaged()).Message, StringComparison.Ordinal);
        Assert.Throws<GenerationException>(() => _store.Find(2));
        Assert.Null(_store.Find(3));
        Assert.Equal(3, SampleGeneration.Commit(_store).Number);
    }

    [Fact]
    public void A_changed_byte_in_any_file_is_noticed()
    {
        GenerationFolder folder = SampleGeneration.Commit(_store);
        foreach (string name in folder.Manifest.Files.Keys)
        {
            byte[] original = File.ReadAllBytes(folder.File(name));
            byte[] changed = [.. original];
            changed[^1] ^= 1;
            File.WriteAllBytes(folder.File(name), changed);
            Assert.Contains(name, Assert.Throws<GenerationException>(folder.Verify).Message, StringComparison.Ordinal);
            File.WriteAllBytes(folder.File(name), original);
        }
        folder.Verify();
    }

    [Fact]
    public void A_file_that_the_manifest_does_not_list_is_not_handed_out()
    {
        GenerationFolder folder = SampleGeneration.Commit(_store);
        File.WriteAllText(Path.Combine(folder.Path, GenerationFiles.Classifier), "slipped in");

        Assert.False(folder.Has(GenerationFiles.Classifier));
        Assert.Throws<GenerationException>(() => folder.File(GenerationFiles.Classifier));
        Assert.Throws<GenerationException>(() => folder.File("../../etc/passwd"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("weights"))), folder.Manifest.Files[GenerationFiles.Weights]);
    }
}
