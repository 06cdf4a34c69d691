using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

public sealed class DriftBaselineTests
{
    private const int Dimensions = 32, Window = 64, Draws = 200;
    private const double Alarm = 3;

    [Fact]
    public void Draws_of_the_same_distribution_give_no_alarm_and_exceed_the_level_about_as_rarely_as_it_says()
    {
        int alarms = 0, above = 0;
        for (int seed = 0; seed < Draws; seed++)
        {
            DriftBaseline baseline = DriftBaseline.Of(Draw(3 * Window, seed), [], Window, 100, seed)!;
            double effect = baseline.Measure(Draw(Window, 10_000 + seed)).EffectSize;
            if (effect >= Alarm) alarms++;
            if (effect >= 1) above++;
        }
        Assert.Equal(0, alarms);
        // The level is the 95 % quantile: 10 of 200 are expected. 30 or more would be 6 standard deviations off, none at all 1 chance in 30,000.
        Assert.InRange(above, 1, 29);
    }

    [Fact]
    public void A_larger_sample_of_the_same_distribution_gives_no_alarm_either()
    {
        DriftBaseline baseline = DriftBaseline.Of(Draw(3 * 256, 1), [], 256, 50, 1)!;
        Assert.All(Enumerable.Range(100, 20), seed => Assert.InRange(baseline.Measure(Draw(256, seed)).EffectSize, -Alarm, Alarm));
    }

    [Theory]
    [InlineData(0.4), InlineData(0.7), InlineData(1)]
    public void A_shifted_distribution_gives_an_alarm_every_time(double shift)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            DriftBaseline baseline = DriftBaseline.Of(Draw(3 * Window, seed), [], Window, 100, seed)!;
            DriftReading reading = baseline.Measure(Draw(Window, 10_000 + seed, shift));
            Assert.True(reading.EffectSize >= Alarm, $"seed {seed}: {reading}");
            Assert.Equal(reading.SquaredMmd, reading.EffectSize * baseline.Level, 1e-12);
        }
    }

    [Fact]
    public void A_history_that_has_always_varied_that_much_gives_no_alarm()
    {
        Embeddings reference = Draw(3 * Window, 1);
        DriftBaseline steady = DriftBaseline.Of(reference, [(Draw(Window, 2), reference)], Window, 100, 1)!;
        DriftBaseline varied = DriftBaseline.Of(reference, [(Draw(Window, 2, 0.4), reference), (Draw(Window, 3), reference)], Window, 100, 1)!;
        Embeddings recent = Draw(Window, 4, 0.4);
        Assert.True(steady.Measure(recent).EffectSize >= Alarm);
        Assert.InRange(varied.Measure(recent).EffectSize, 0.5, 2);
        Assert.Equal(MaximumMeanDiscrepancy.Squared(Draw(Window, 2, 0.4), reference, varied.Bandwidth), varied.StretchLevel!.Value, 1e-12);
    }

    [Fact]
    public void A_collapsed_reference_tells_nothing() =>
        Assert.Null(DriftBaseline.Of(new Embeddings([.. Enumerable.Repeat(0.5f, 8 * 4)], 8, 4), [], 4, 10, 1));

    [Fact]
    public void A_window_beyond_half_of_the_reference_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftBaseline.Of(Draw(10, 1), [], 6, 10, 1));

    /// <summary>Unit vectors around three centres; a shift moves them all in one direction.</summary>
    private static Embeddings Draw(int rows, int seed, double shift = 0)
    {
        Random random = new(seed);
        float[] values = new float[rows * Dimensions];
        for (int i = 0; i < rows; i++)
        {
            double[] row = [.. Enumerable.Range(0, Dimensions).Select(_ => Normal(random))];
            row[random.Next(3)] += 4;
            row[10] += shift * Math.Sqrt(Dimensions);
            double length = Math.Sqrt(row.Sum(value => value * value));
            for (int j = 0; j < Dimensions; j++) values[(i * Dimensions) + j] = (float)(row[j] / length);
        }
        return new Embeddings(values, rows, Dimensions);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
