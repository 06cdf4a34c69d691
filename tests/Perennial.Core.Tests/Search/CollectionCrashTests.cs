using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

/// <summary>What a process that was killed, or a disk that lost bytes, leaves behind.</summary>
public sealed class CollectionCrashTests : IDisposable
{
    private const int Dimensions = 5;

    private readonly TemporaryFolder _folder = new();
    private readonly SegmentFiles _files;

    public CollectionCrashTests() => _files = new SegmentFiles(_folder.File(Vectors.Digest["sha256:".Length..]), 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("upsert")]
    [InlineData("payload")]
    [InlineData("delete")]
    public async Task A_last_change_that_is_cut_off_at_any_byte_is_undone_whole_and_the_rest_stands(string change)
    {
        long before = await WriteThen(collection => change switch
        {
            "upsert" => collection.UpsertAsync([Vectors.Point("a", Dimensions, 7, "replaced"), Vectors.Point("c", Dimensions, 8)], Token),
            "payload" => collection.SetPayloadAsync([new VectorPayload("a", "relabelled", null), new VectorPayload("b", "relabelled", null)], Token),
            _ => collection.DeleteAsync(["a", "b"], Token),
        });
        byte[] whole = File.ReadAllBytes(_files.Journal);
        Assert.True(before < whole.Length);
        for (long length = before; length < whole.Length; length++)
        {
            File.WriteAllBytes(_files.Journal, whole[..(int)length]);
            await AssertBefore();
            Assert.Equal(before, new FileInfo(_files.Journal).Length);
        }
    }

    [Fact]
    public async Task A_last_change_whose_bytes_came_out_wrong_is_undone_whole()
    {
        long before = await WriteThen(collection => collection.UpsertAsync([Vectors.Point("a", Dimensions, 7, "replaced")], Token));
        byte[] whole = File.ReadAllBytes(_files.Journal);
        for (int position = (int)before; position < whole.Length; position++)
        {
            byte[] torn = [.. whole];
            torn[position] ^= 0x40;
            File.WriteAllBytes(_files.Journal, torn);
            await AssertBefore();
        }
        File.WriteAllBytes(_files.Journal, [.. whole[..(int)before], .. new byte[5000]]); // the length grew, the content never arrived
        await AssertBefore();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_journal_torn_at_a_random_byte_gives_what_stood_after_the_last_whole_change(int seed)
    {
        Random random = new(seed);
        List<(long Length, int Count)> states = [];
        await using (IVectorCollection collection = await Open())
        {
            states.Add((new FileInfo(_files.Journal).Length, 0));
            for (int change = 0; change < 40; change++)
            {
                if (random.Next(3) == 0)
                    await collection.DeleteAsync([.. Enumerable.Range(0, 5).Select(_ => $"{random.Next(60)}")], Token);
                else
                    await collection.UpsertAsync([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => $"{random.Next(60)}").Distinct().Select(id => Vectors.Point(id, Dimensions, int.Parse(id)))], Token);
                states.Add((new FileInfo(_files.Journal).Length, (int)collection.Count));
            }
        }
        byte[] whole = File.ReadAllBytes(_files.Journal);
        for (int cut = 0; cut < 60; cut++)
        {
            int length = random.Next((int)states[0].Length, whole.Length + 1);
            byte[] torn = [.. whole[..length], .. new byte[random.Next(0, 3) * 50]]; // the length grew, the content never arrived
            File.WriteAllBytes(_files.Journal, torn);
            (long kept, int count) = states.Last(state => torn.AsSpan().StartsWith(whole.AsSpan(0, (int)state.Length))); // a frame that ends with zeros may have come whole

            await using IVectorCollection collection = await Open();

            Assert.Equal(count, collection.Count);
            Assert.Equal(kept, new FileInfo(_files.Journal).Length);
            Assert.All(await collection.SearchAsync(Vectors.Unit(Dimensions, 1), 100, null, Token), hit =>
                Assert.Equal(Vectors.Cosine(Vectors.Unit(Dimensions, int.Parse(hit.Id)), Vectors.Unit(Dimensions, 1)), hit.Score, 1e-6));
        }
    }

    [Fact]
    public async Task After_a_torn_tail_the_collection_takes_writes_and_keeps_them()
    {
        long before = await WriteThen(collection => collection.DeleteAsync(["a"], Token));
        using (FileStream journal = File.Open(_files.Journal, FileMode.Open))
            journal.SetLength(before + 3);
        await using (IVectorCollection collection = await Open())
            await collection.UpsertAsync([Vectors.Point("d", Dimensions, 4)], Token);

        await using IVectorCollection reopened = await Open();
        Assert.Equal(["a", "b", "d"], (await reopened.ExistingAsync(["a", "b", "c", "d"], Token)).Order());
        Assert.Equal(Vectors.Unit(Dimensions, 4), await reopened.FindVectorAsync("d", Token));
    }

    [Fact]
    public async Task Damage_before_the_last_change_is_told_and_not_cut_away()
    {
        long before = await WriteThen(collection => collection.DeleteAsync(["a"], Token));
        byte[] whole = File.ReadAllBytes(_files.Journal);
        byte[] damaged = [.. whole];
        damaged[before - 1] ^= 1;
        File.WriteAllBytes(_files.Journal, damaged);

        CorruptCollectionException fault = await Assert.ThrowsAsync<CorruptCollectionException>(Open);

        Assert.Contains("damaged at byte", fault.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(_files.Journal));
    }

    [Fact]
    public async Task Rows_that_were_written_before_the_crash_but_never_named_are_overwritten()
    {
        long before = await WriteThen(collection => collection.UpsertAsync([Vectors.Point("c", Dimensions, 9)], Token));
        using (FileStream journal = File.Open(_files.Journal, FileMode.Open))
            journal.SetLength(before);
        await AssertBefore();
        await using (IVectorCollection collection = await Open())
            await collection.UpsertAsync([Vectors.Point("d", Dimensions, 10)], Token);

        await using IVectorCollection reopened = await Open();
        Assert.Equal(Vectors.Unit(Dimensions, 10), await reopened.FindVectorAsync("d", Token));
        Assert.Equal(3, reopened.Count);
    }

    [Fact]
    public async Task A_vector_with_a_changed_bit_is_noticed()
    {
        await WriteThen(collection => collection.DeleteAsync(["b"], Token));
        byte[] rows = File.ReadAllBytes(_files.Vectors);
        rows[3] ^= 0x10;
        File.WriteAllBytes(_files.Vectors, rows);

        Assert.Contains("'a'", (await Assert.ThrowsAsync<CorruptCollectionException>(Open)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_or_shortened_vectors_are_noticed()
    {
        await WriteThen(collection => collection.DeleteAsync(["b"], Token));
        using (FileStream rows = File.Open(_files.Vectors, FileMode.Open))
            rows.SetLength(Dimensions * sizeof(float));
        await Assert.ThrowsAsync<CorruptCollectionException>(Open);
        File.Delete(_files.Vectors);
        await Assert.ThrowsAsync<CorruptCollectionException>(Open);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(12)]
    public async Task A_journal_cut_within_its_header_is_noticed(int length)
    {
        await WriteThen(collection => collection.DeleteAsync(["b"], Token));
        using (FileStream journal = File.Open(_files.Journal, FileMode.Open))
            journal.SetLength(length);

        await Assert.ThrowsAsync<CorruptCollectionException>(Open);
    }

    [Fact]
    public async Task A_corrupt_collection_can_be_dropped_and_filled_again()
    {
        await WriteThen(collection => collection.DeleteAsync(["b"], Token));
        File.WriteAllText(_files.Journal, "not a journal");
        EmbeddedVectorIndex index = new(_folder.Path);
        await Assert.ThrowsAsync<CorruptCollectionException>(() => index.OpenAsync(Vectors.Digest, Dimensions, Token));

        await index.DropAsync(Vectors.Digest, Token);

        await using IVectorCollection collection = await index.OpenAsync(Vectors.Digest, Dimensions, Token);
        Assert.Equal(0, collection.Count);
    }

    [Fact]
    public async Task A_crash_before_the_first_journal_was_named_leaves_an_empty_collection()
    {
        Directory.CreateDirectory(_files.Directory);
        File.WriteAllText(_files.JournalAside, "half");
        File.WriteAllText(_files.Vectors, "half");

        await using IVectorCollection collection = await Open();
        await collection.UpsertAsync([Vectors.Point("a", Dimensions, 1)], Token);
        Assert.Equal(1, collection.Count);
        Assert.False(File.Exists(_files.JournalAside));
    }

    [Fact]
    public async Task A_crash_during_a_compaction_leaves_the_old_segment_or_the_new_one()
    {
        await WriteThen(collection => collection.SetPayloadAsync([new VectorPayload("a", "cat", null)], Token));
        byte[] oldJournal = File.ReadAllBytes(_files.Journal), oldVectors = File.ReadAllBytes(_files.Vectors);
        File.WriteAllText(_files.Next.JournalAside, "half");
        File.WriteAllText(_files.Next.Vectors, "half");
        await AssertBefore(); // before the rename: the old one, and the leftovers are gone
        Assert.False(File.Exists(_files.Next.JournalAside));
        Assert.False(File.Exists(_files.Next.Vectors));

        await using (IVectorCollection collection = await Open())
            await ((CollectionHandle)collection).Collection.CompactAsync(Token);
        File.WriteAllBytes(_files.Journal, oldJournal);
        File.WriteAllBytes(_files.Vectors, oldVectors);
        await AssertBefore(); // after the rename, before the old files were removed: the new one
        Assert.False(File.Exists(_files.Journal));
        Assert.True(File.Exists(_files.Next.Journal));
    }

    [Fact]
    public async Task What_a_crashed_drop_left_is_swept_away()
    {
        string left = _folder.File(".dropped-1");
        Directory.CreateDirectory(left);
        File.WriteAllText(Path.Combine(left, "journal-000001.log"), "x");

        Assert.Empty(await new EmbeddedVectorIndex(_folder.Path).ListAsync(Token));
        Assert.False(Directory.Exists(left));
    }

    private Task<IVectorCollection> Open() => new EmbeddedVectorIndex(_folder.Path).OpenAsync(Vectors.Digest, Dimensions, Token);

    /// <summary>Writes points a (cat) and b, then one more change; returns the journal's length before it.</summary>
    private async Task<long> WriteThen(Func<IVectorCollection, Task> last)
    {
        await using IVectorCollection collection = await Open();
        await collection.UpsertAsync([Vectors.Point("a", Dimensions, 1, "cat", """{"x":1}"""), Vectors.Point("b", Dimensions, 2)], Token);
        await collection.SetPayloadAsync([new VectorPayload("a", "cat", null)], Token);
        long before = new FileInfo(_files.Journal).Length;
        await last(collection);
        return before;
    }

    private async Task AssertBefore()
    {
        await using IVectorCollection collection = await Open();
        Assert.Equal(2, collection.Count);
        Assert.Equal(Vectors.Unit(Dimensions, 1), await collection.FindVectorAsync("a", Token));
        IReadOnlyList<SearchHit> hits = await collection.SearchAsync(Vectors.Unit(Dimensions, 1), 9, null, Token);
        Assert.Equal(["a/cat", "b/"], hits.Select(hit => $"{hit.Id}/{hit.Label}"));
    }
}
