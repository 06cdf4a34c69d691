using Perennial.Learning.Continual;
using Perennial.Learning.Pretraining;

namespace Perennial.Learning.Tests.Continual;

public sealed class ReplayMixTests
{
    private const int Batch = 20;
    private static readonly int[] Newer = [.. Enumerable.Range(100, 50)], Older = [.. Enumerable.Range(0, 100)];

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(0.0, 0)]
    [InlineData(0.75, 15)]
    [InlineData(-1.0, 13)] // by count: 100 of 150, of a batch of 20
    public void A_batch_has_the_share_of_older_images_that_the_ratio_says_and_no_image_twice(double ratio, int older)
    {
        ReplayMix mix = Mix(new Recipe { ReplayRatio = ratio });
        for (long step = 0; step < 40; step++)
        {
            int[] rows = mix.Rows(step);
            Assert.Equal(Batch, rows.Distinct().Count());
            Assert.Equal(older, rows.Count(row => row < 100));
        }
    }

    [Fact]
    public void Each_newer_image_comes_once_a_pass()
    {
        ReplayMix mix = Mix(new Recipe { ReplayRatio = 0.5 });
        int[] pass = [.. Enumerable.Range(0, 5).SelectMany(step => mix.Rows(step)).Where(row => row >= 100)];
        Assert.Equal(Newer, pass.Order());
        Assert.NotEqual(mix.Rows(0).Where(row => row >= 100).Order(), mix.Rows(5).Where(row => row >= 100).Order());
    }

    [Fact] // 4,000 draws of 100 images: 40 each, standard deviation about 6
    public void Uniform_sampling_draws_each_older_image_about_as_often()
    {
        ReplayMix mix = Mix(new Recipe { ReplayRatio = 0.5 });
        Dictionary<int, int> counts = Enumerable.Range(0, 400).SelectMany(step => mix.Rows(step)).Where(row => row < 100).CountBy(row => row).ToDictionary();
        Assert.Equal(100, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 40 - 30, 40 + 30));
        double variance = counts.Values.Average(count => (count - 40.0) * (count - 40.0));
        Assert.InRange(variance, 15, 70); // 36 is expected; round robin would give 0, a lump far more
    }

    [Fact]
    public void A_reservoir_replays_so_many_images_and_keeps_them_when_others_are_added()
    {
        int[] kept = Reservoir.Keep(Older, row => $"id-{row}", 30), later = Reservoir.Keep([.. Enumerable.Range(0, 200)], row => $"id-{row}", 30);
        Assert.Equal(30, kept.Length);
        Assert.All(later.Where(row => row < 100), row => Assert.Contains(row, kept)); // who had left does not come back
        Assert.Contains(later, row => row >= 100);
        ReplayMix mix = Mix(new Recipe { ReplayRatio = 0.5, ReplaySampling = "reservoir", ReplayMemory = 30 });
        Assert.Equal(kept, Enumerable.Range(0, 100).SelectMany(step => mix.Rows(step)).Where(row => row < 100).Distinct().Order());
    }

    [Fact] // 20 memories of 100 images at half: each image is in about 10 of them, standard deviation 2.2
    public void A_reservoir_is_a_fair_sample()
    {
        int[] counts = new int[100];
        for (int world = 0; world < 20; world++)
            foreach (int row in Reservoir.Keep(Older, row => $"{world}/{row}", 50)) counts[row]++;
        Assert.Equal(1000, counts.Sum());
        Assert.InRange(counts.Average(count => (count - 10.0) * (count - 10.0)), 2, 9); // 5 is expected
    }

    [Fact] // 90 images of one class, 8 of another, 2 without a label
    public void Class_balanced_sampling_gives_each_label_its_share_and_fills_up_where_a_class_is_small()
    {
        ReplayMix mix = Mix(new Recipe { ReplayRatio = 0.6, ReplaySampling = "class-balanced" }, row => row < 90 ? "many" : row < 98 ? "few" : null);
        for (long step = 0; step < 50; step++)
        {
            int[] older = [.. mix.Rows(step).Where(row => row < 100)];
            Assert.Equal(12, older.Distinct().Count());
            Assert.Equal(2, older.Count(row => row >= 98));           // all there are
            Assert.InRange(older.Count(row => row is >= 90 and < 98), 4, 6); // about half of the other ten
        }
    }

    [Fact]
    public void A_step_is_a_function_of_seed_and_number_alone()
    {
        Recipe recipe = new() { ReplayRatio = 0.5 };
        Assert.Equal(Mix(recipe).Rows(17), Enumerable.Range(0, 18).Select(step => Mix(recipe).Rows(step)).Last());
        Assert.NotEqual(Mix(recipe).Rows(17), Mix(recipe with { Seed = 2 }).Rows(17));
    }

    [Theory]
    [InlineData(0.2, 3, 100, 17)] // three newer images cannot be sixteen: older ones fill the batch
    [InlineData(0.9, 50, 5, 5)]
    public void Too_few_of_one_kind_are_made_up_by_the_other(double ratio, int newer, int older, int replayed)
    {
        ReplayMix mix = new(new Recipe { BatchSize = Batch, ReplayRatio = ratio }, Newer[..newer], Older[..older], row => $"{row}", _ => null);
        Assert.Equal((replayed, Batch - replayed), (mix.Older, mix.Newer));
        Assert.Equal(Batch, mix.Rows(3).Distinct().Count());
    }

    [Fact]
    public void Too_few_of_both_are_refused_with_the_numbers()
    {
        Recipe recipe = new() { BatchSize = Batch, ReplaySampling = "reservoir", ReplayMemory = 5 };
        Assert.Contains("replay_memory", Assert.Throws<RecipeException>(() => new ReplayMix(recipe, Newer[..4], Older, row => $"{row}", _ => null)).Message);
    }

    private static ReplayMix Mix(Recipe recipe, Func<int, string?>? labels = null) =>
        new(recipe with { BatchSize = Batch }, Newer, Older, row => $"id-{row}", labels ?? (_ => null));
}
