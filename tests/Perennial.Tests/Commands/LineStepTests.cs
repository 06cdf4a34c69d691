using Perennial.Commands.Terminals;

namespace Perennial.Tests.Commands;

public sealed class LineStepTests
{
    [Fact]
    public void A_pipe_gets_whole_lines_and_no_control_characters()
    {
        var time = new SteppedTime();
        using var writer = new StringWriter();
        var step = new LineStep(writer, "ingest", "images", time);
        step.Of(1000);
        step.At(10);
        time.Advance(TimeSpan.FromSeconds(10));
        step.At(500, "2 refused");
        time.Advance(TimeSpan.FromSeconds(1));
        step.At(600);
        time.Advance(TimeSpan.FromSeconds(9));
        step.At(1000);
        step.Ended("998 added, 2 refused");
        step.Close();
        string[] lines = writer.ToString().TrimEnd().Split('\n');
        Assert.Equal(
            ["ingest: 500 of 1,000 images, 50 images/s, 10 s left, 2 refused", "ingest: 1,000 of 1,000 images, 50 images/s", "ingest: 998 added, 2 refused in 20.0 s"],
            lines);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
