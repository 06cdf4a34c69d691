using Perennial.Background.Triggers;
using Perennial.Core.Corpus;
using Perennial.Inference.Tests.Models;

namespace Perennial.Tests.Background.Triggers;

public sealed class ScheduleMemoryTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private Catalogue _catalogue;

    public ScheduleMemoryTests() => _catalogue = Catalogue.Open(_data.Path);

    public void Dispose()
    {
        _catalogue.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void A_new_schedule_begins_now_and_its_time_comes_once()
    {
        ScheduleTrigger nightly = new() { Enabled = true };
        Assert.Equal((null, At("2030-05-02T03:00Z")), Look(nightly, "2030-05-01T12:00Z"));
        Assert.Null(Look(nightly, "2030-05-02T02:59:59Z").Due);
        Assert.Equal(At("2030-05-02T03:00Z"), Look(nightly, "2030-05-02T03:00Z").Due);
        Assert.Equal(At("2030-05-02T03:00Z"), Look(nightly, "2030-05-02T08:00Z").Due); // held up, and still due
        new ScheduleMemory(_catalogue).Settle(nightly, At("2030-05-02T08:00Z"));
        Assert.Equal((null, At("2030-05-03T03:00Z")), Look(nightly, "2030-05-02T08:00:01Z"));
    }

    [Fact]
    public void Times_that_were_missed_while_nobody_looked_come_once()
    {
        ScheduleTrigger nightly = new() { Enabled = true };
        Look(nightly, "2030-05-01T12:00Z");
        _catalogue.Dispose();
        _catalogue = Catalogue.Open(_data.Path); // the server was down for a week
        Assert.Equal(At("2030-05-02T03:00Z"), Look(nightly, "2030-05-08T12:00Z").Due);
        new ScheduleMemory(_catalogue).Settle(nightly, At("2030-05-08T12:00Z"));
        Assert.Null(Look(nightly, "2030-05-08T12:00:10Z").Due);
    }

    [Fact]
    public void A_schedule_that_was_changed_or_switched_on_again_begins_anew()
    {
        Look(new ScheduleTrigger { Enabled = true }, "2030-05-01T12:00Z");
        Assert.Null(Look(new ScheduleTrigger { Enabled = true, Cron = "0 4 * * *" }, "2030-05-03T12:00Z").Due);
        Assert.Equal((null, null), Look(new ScheduleTrigger { Cron = "0 4 * * *" }, "2030-05-04T12:00Z"));
        Assert.Null(Look(new ScheduleTrigger { Enabled = true, Cron = "0 4 * * *" }, "2030-05-05T12:00Z").Due);
    }

    [Fact]
    public void Times_are_meant_in_their_zone_across_a_change_of_the_clocks()
    {
        ScheduleTrigger berlin = new() { Enabled = true, Cron = "30 8 * * *", TimeZone = "Europe/Berlin" };
        Assert.Equal(At("2030-03-30T07:30Z"), Look(berlin, "2030-03-29T12:00Z").Next); // winter: UTC+1
        Assert.Equal(At("2030-04-01T06:30Z"), Look(berlin, "2030-03-31T12:00Z").Next); // summer: UTC+2, since 31 March
    }

    [Fact]
    public void Six_fields_begin_with_the_seconds() =>
        Assert.Equal(At("2030-05-01T12:00:20Z"), Look(new ScheduleTrigger { Enabled = true, Cron = "*/20 * * * * *" }, "2030-05-01T12:00:05Z").Next);

    private (DateTimeOffset? Due, DateTimeOffset? Next) Look(ScheduleTrigger schedule, string now) => new ScheduleMemory(_catalogue).Look(schedule, At(now));

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
}
