using System.Globalization;

namespace Perennial.Background.Triggers;

/// <summary>From facts to readings and to a decision. Plain arithmetic: nothing here measures, remembers or starts anything.</summary>
internal static class TriggerRules
{
    /// <summary>What each trigger says, in the order of <see cref="Trigger"/>.</summary>
    public static IReadOnlyList<TriggerReading> Read(TriggerFacts facts) => [FirstRun(facts), Performance(facts), Drift(facts), Amount(facts), Schedule(facts)];

    /// <summary>What speaks against starting now, were it asked for.</summary>
    public static IReadOnlyList<TriggerHold> Holds(TriggerFacts facts)
    {
        TriggerPolicy policy = facts.Policy;
        List<TriggerHold> holds = [];
        if (!policy.Enabled) holds.Add(new(HoldKind.Disabled, "Automatic learning is switched off (triggers.enabled)."));
        if (facts.AtWork is { } run) holds.Add(new(HoldKind.RunAtWork, $"Run {run.Id} is {run.State.Name()}."));
        if (facts.CooldownEnds is { } end && end > facts.Now)
        {
            string last = facts.Fruitless == 0 ? "the last automatic run" : $"{facts.Fruitless} automatic run{(facts.Fruitless == 1 ? "" : "s in a row")} without a new model";
            holds.Add(new(HoldKind.Cooldown, Say($"The pause of {facts.Policy.Cooldown.After(facts.Fruitless).TotalMinutes:F0} min after {last} lasts {(end - facts.Now).TotalMinutes:F1} min more."), end));
        }
        if (policy.Cost.MinutesPerDay is { } cap && (facts.Spent + facts.Expected).TotalMinutes > cap)
        {
            string unusable = facts.Expected.TotalMinutes > cap ? " One run alone is more: raise triggers.cost.minutesPerDay." : "";
            holds.Add(new(HoldKind.DailyCost, Say($"Learning took {facts.Spent.TotalMinutes:F1} min of the last 24 h and the next run is expected to take {facts.Expected.TotalMinutes:F1}; {cap} are allowed.{unusable}")));
        }
        if (facts.NothingNew) holds.Add(new(HoldKind.NothingNew, "The last automatic run was rejected, and neither an image nor a change of the policy has come since."));
        return holds;
    }

    /// <summary>The decision that follows.</summary>
    /// <param name="facts">With the moment.</param>
    /// <param name="more">Holds that are only found by trying.</param>
    public static Decision Decide(TriggerFacts facts, params IReadOnlyList<TriggerHold> more)
    {
        IReadOnlyList<TriggerReading> readings = Read(facts);
        TriggerReading[] firing = [.. readings.Where(reading => reading.State == TriggerState.Fires)];
        TriggerHold[] holds = firing.Length == 0 ? [] : [.. Holds(facts), .. more];
        IEnumerable<string> sentences = firing.Length > 0
            ? [.. firing.Select(reading => reading.Reason), .. holds.Select(hold => hold.Reason)]
            : readings.Where(reading => reading.State == TriggerState.Waits && (facts.IsOwn || reading.Trigger is Trigger.FirstRun or Trigger.Schedule)).Select(reading => reading.Reason).DefaultIfEmpty("No trigger is switched on.");
        return new Decision
        {
            At = facts.Now,
            LastAt = facts.Now,
            Outcome = firing.Length > 0 && holds.Length == 0 ? DecisionOutcome.Start : DecisionOutcome.NotNow,
            Trigger = firing.Length > 0 ? firing[0].Trigger : null,
            Reason = string.Join(' ', sentences),
            Readings = readings,
            Holds = holds,
        };
    }

    private static TriggerReading FirstRun(TriggerFacts facts)
    {
        FirstRunTrigger policy = facts.Policy.FirstRun;
        if (facts.IsOwn) return Reading(Trigger.FirstRun, policy.Enabled, false, null, policy.Images, $"Generation {facts.Serving} has learned from this corpus.");
        string now = facts.Serving is { } number ? $"generation {number}, which serves, has learned elsewhere" : "no generation serves";
        return Reading(Trigger.FirstRun, policy.Enabled, facts.Images >= policy.Images, facts.Images, policy.Images,
            Say($"The corpus has {facts.Images} images of the {policy.Images} for a first run; {now}."));
    }

    private static TriggerReading Performance(TriggerFacts facts)
    {
        PerformanceTrigger policy = facts.Policy.Performance;
        if (facts.Performance is not { Accuracy: { } accuracy, AtEvaluation: { } before } measured)
            return Reading(Trigger.Performance, policy.Enabled, false, null, policy.DropPoints, facts.Performance?.Why ?? Unmeasured(facts, "accuracy"));
        double drop = 100 * (before - accuracy);
        return Reading(Trigger.Performance, policy.Enabled, drop >= policy.DropPoints, drop, policy.DropPoints, Say(
            $"kNN accuracy on {measured.Newcomers} labelled newcomers is {100 * accuracy:F1} %, {Math.Abs(drop):F1} points {(drop >= 0 ? "below" : "above")} the {100 * before:F1} % of the evaluation; a drop of {policy.DropPoints:F1} is too much."));
    }

    private static TriggerReading Drift(TriggerFacts facts)
    {
        DriftTrigger policy = facts.Policy.Drift;
        if (facts.Drift is not { Reading: { } reading } measured)
            return Reading(Trigger.Drift, policy.Enabled, false, null, policy.EffectSize, facts.Drift?.Why ?? Unmeasured(facts, "drift"));
        return Reading(Trigger.Drift, policy.Enabled, reading.EffectSize >= policy.EffectSize, reading.EffectSize, policy.EffectSize, Say(
            $"MMD² of the {measured.Recent} newest images against {measured.Reference} that were learned from is {reading.SquaredMmd:F5}, {reading.EffectSize:F2} times the {reading.Level:F5} of old against old; {policy.EffectSize:F2} times is too much."));
    }

    private static TriggerReading Amount(TriggerFacts facts)
    {
        AmountTrigger policy = facts.Policy.Amount;
        if (!facts.IsOwn) return Reading(Trigger.Amount, policy.Enabled, false, null, null, "Nothing has been learned from this corpus yet: new images are not counted.");
        long needed = policy.Needed(facts.SnapshotImages);
        return Reading(Trigger.Amount, policy.Enabled, facts.NewImages >= needed, facts.NewImages, needed,
            Say($"{facts.NewImages} images have come in since the {facts.SnapshotImages} that generation {facts.Serving} learned from; {needed} are enough."));
    }

    private static TriggerReading Schedule(TriggerFacts facts)
    {
        ScheduleTrigger policy = facts.Policy.Schedule;
        if (facts.Due is not { } due)
            return Reading(Trigger.Schedule, policy.Enabled, false, 0, 1, facts.NextScheduled is { } next ? Say($"The next scheduled time is {next.UtcDateTime:u}.") : "No time is scheduled.");
        bool enough = facts.NewImages >= policy.LeastNewImages;
        return Reading(Trigger.Schedule, policy.Enabled, enough, 1, 1, Say(
            $"The scheduled time {due.UtcDateTime:u} has come with {facts.NewImages} new images{(enough ? "" : $", fewer than the {policy.LeastNewImages} that make a run worth while: it passes unused")}."));
    }

    private static string Unmeasured(TriggerFacts facts, string what) => facts.IsOwn
        ? $"No {what} has been measured yet."
        : $"Nothing has been learned from this corpus yet: no {what} is measured.";

    private static TriggerReading Reading(Trigger trigger, bool enabled, bool fires, double? value, double? threshold, string reason) =>
        new(trigger, !enabled ? TriggerState.Off : fires ? TriggerState.Fires : TriggerState.Waits, value, threshold, reason);

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
