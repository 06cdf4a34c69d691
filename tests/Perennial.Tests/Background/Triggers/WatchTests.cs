using Dapper;
using Microsoft.Data.Sqlite;
using Perennial.Background.Triggers;
using Perennial.Core.Corpus;
using Perennial.Core.Search;
using Perennial.Inference.Tests.Models;

namespace Perennial.Tests.Background.Triggers;

/// <summary>Drift and accuracy from what catalogue and collection hold: images with invented vectors, one a second.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private const int Dimensions = 16;

    private static readonly DriftTrigger Drift = new() { LeastImages = 32, SampleSize = 64 };

    private readonly TemporaryFolder _data = new();
    private readonly Catalogue _catalogue;
    private readonly CorpusHistory _history;
    private readonly EmbeddedVectorIndex _index;
    private readonly Random _random = new(1);
    private IVectorCollection _collection = null!;
    private long _now;

    public WatchTests()
    {
        _catalogue = Catalogue.Open(_data.Path);
        _history = new CorpusHistory(_catalogue);
        _index = new EmbeddedVectorIndex(Path.Combine(_data.Path, "index"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(_now);

    public async ValueTask InitializeAsync() => _collection = await _index.OpenAsync("sha256:" + new string('a', 64), Dimensions, Token);

    public async ValueTask DisposeAsync()
    {
        await _collection.DisposeAsync();
        _catalogue.Dispose();
        SqliteConnection.ClearAllPools();
        _data.Dispose();
    }

    [Theory]
    [InlineData(0.0, false), InlineData(1.0, true)]
    public async Task New_images_of_the_same_kind_are_no_drift_and_images_of_another_kind_are(double shift, bool drifts)
    {
        DateTimeOffset since = await OldAsync(300);
        DriftWatch watch = new(_history);
        await watch.MeasureAsync(_collection, since, 0, Drift, Token);
        Assert.Contains("measured from 32 on", watch.Latest!.Why, StringComparison.Ordinal);
        await AddAsync(70, shift);
        await watch.MeasureAsync(_collection, since, 70, Drift, Token);
        Assert.Equal((64, 192), (watch.Latest!.Recent, watch.Latest.Reference));
        double effect = watch.Latest.Reading!.EffectSize;
        Assert.True(effect >= 3 == drifts, $"{effect}");
    }

    [Fact]
    public async Task A_corpus_that_has_always_come_in_kinds_is_used_to_it()
    {
        double[] kinds = [0, 1.2, 0, -1.2, 0, 1.2];
        foreach (double kind in kinds) await AddAsync(64, kind);
        DateTimeOffset since = Now;
        await AddAsync(64, -1.2);
        DriftWatch watch = new(_history);
        await watch.MeasureAsync(_collection, since, 64, Drift, Token);
        Assert.InRange(watch.Latest!.Reading!.EffectSize, 0.2, 2);
    }

    [Fact]
    public async Task Drift_is_measured_anew_only_when_enough_has_come()
    {
        DateTimeOffset since = await OldAsync(300);
        DriftWatch watch = new(_history);
        await AddAsync(64, 0);
        await watch.MeasureAsync(_collection, since, 64, Drift, Token);
        DriftMeasurement first = watch.Latest!;
        await AddAsync(10, 2);
        await watch.MeasureAsync(_collection, since, 74, Drift, Token);
        Assert.Same(first, watch.Latest);
        await AddAsync(10, 2);
        await watch.MeasureAsync(_collection, since, 84, Drift, Token);
        Assert.NotSame(first, watch.Latest);
    }

    [Fact]
    public async Task Without_enough_old_images_or_while_the_index_is_behind_nothing_is_measured()
    {
        DateTimeOffset since = await OldAsync(50);
        await AddAsync(64, 0);
        DriftWatch few = new(_history);
        await few.MeasureAsync(_collection, since, 64, Drift, Token);
        Assert.Contains("needs 64 indexed images", few.Latest!.Why, StringComparison.Ordinal);

        DateTimeOffset later = await OldAsync(200);
        await AddAsync(64, 0, indexed: false);
        DriftWatch behind = new(_history);
        await behind.MeasureAsync(_collection, later, 64, Drift, Token);
        Assert.Contains("64 newest images are indexed; 0 are", behind.Latest!.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, 32), InlineData(63, 32), InlineData(64, 64), InlineData(100_000, 64)]
    public void A_comparison_has_one_of_few_sizes(long images, int window) => Assert.Equal(window, DriftWatch.WindowOf(images, Drift));

    [Fact]
    public async Task Labelled_newcomers_are_named_by_old_images_and_a_label_that_is_new_counts_as_wrong()
    {
        PerformanceTrigger policy = new() { LeastImages = 20 };
        await AddAsync(60, -3, label: "left");
        await AddAsync(60, 3, label: "right");
        DateTimeOffset since = Now;
        PerformanceWatch watch = new(_history);
        await watch.MeasureAsync(_collection, since, null, policy, Token);
        Assert.Contains("judged without labels", watch.Latest!.Why, StringComparison.Ordinal);
        await watch.MeasureAsync(_collection, since, 0.9, policy, Token);
        Assert.Contains("0 new images have a label; accuracy is measured from 20 on", watch.Latest!.Why, StringComparison.Ordinal);

        await AddAsync(10, -3, label: "left");
        await AddAsync(20, 3, label: "right");
        await watch.MeasureAsync(_collection, since, 0.9, policy, Token);
        Assert.Equal((1.0, 0.9, 30), (watch.Latest!.Accuracy!.Value, watch.Latest.AtEvaluation!.Value, watch.Latest.Newcomers));
        await AddAsync(10, 3, label: "new kind");
        await watch.MeasureAsync(_collection, since, 0.9, policy, Token);
        Assert.Equal(0.75, watch.Latest!.Accuracy!.Value, 1e-12);
    }

    private async Task<DateTimeOffset> OldAsync(int count)
    {
        await AddAsync(count, 0);
        return Now;
    }

    /// <summary>Vectors around 0, moved along one axis.</summary>
    private async Task AddAsync(int count, double shift, string? label = null, bool indexed = true)
    {
        List<VectorPoint> points = [];
        using SqliteConnection connection = _catalogue.Connect();
        for (int i = 0; i < count; i++)
        {
            double[] row = [.. Enumerable.Range(0, Dimensions).Select(_ => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()))];
            row[0] += shift * 2;
            double length = Math.Sqrt(row.Sum(value => value * value));
            string id = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(_now += 1000)));
            connection.Execute(
                "INSERT INTO images (id, width, height, format, bytes, label, received_at, split) VALUES (@id, 1, 1, 'png', 1, @label, @now, 'train')", new { id, label, now = _now });
            points.Add(new VectorPoint(id, row.Select(value => (float)(value / length)).ToArray(), label, null));
        }
        if (indexed) await _collection.UpsertAsync(points, Token);
    }
}
