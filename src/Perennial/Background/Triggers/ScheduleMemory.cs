using Dapper;
using Perennial.Core.Corpus;

namespace Perennial.Background.Triggers;

/// <summary>Until when scheduled times have been dealt with: durable, so that a time which passed while the server was down is still to come.</summary>
internal sealed class ScheduleMemory(Catalogue catalogue)
{
    /// <summary>The time that is due, if any (the first of several that passed), and the next one. A schedule that is new or was changed begins now.</summary>
    public (DateTimeOffset? Due, DateTimeOffset? Next) Look(ScheduleTrigger schedule, DateTimeOffset now)
    {
        using var connection = catalogue.Connect();
        if (!schedule.Enabled)
        {
            if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM schedule") > 0) connection.Execute("DELETE FROM schedule"); // switched on again, it begins anew
            return (null, null);
        }
        long? since = connection.QuerySingleOrDefault<long?>("SELECT since FROM schedule WHERE cron = @Cron AND zone = @TimeZone", new { schedule.Cron, schedule.TimeZone });
        if (since is null) Settle(schedule, now);
        DateTimeOffset? next = schedule.NextAfter(now);
        if (since is not { } dealt || schedule.NextAfter(DateTimeOffset.FromUnixTimeMilliseconds(dealt)) is not { } due || due > now) return (null, next);
        return (due, next);
    }

    /// <summary>All times until now have been dealt with.</summary>
    public void Settle(ScheduleTrigger schedule, DateTimeOffset now)
    {
        using var connection = catalogue.Connect();
        connection.Execute(
            """
            INSERT INTO schedule (one, cron, zone, since) VALUES (1, @Cron, @TimeZone, @now)
            ON CONFLICT (one) DO UPDATE SET cron = excluded.cron, zone = excluded.zone, since = excluded.since
            """,
            new { schedule.Cron, schedule.TimeZone, now = now.ToUnixTimeMilliseconds() });
    }
}
