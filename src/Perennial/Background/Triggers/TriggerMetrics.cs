using System.Text.Json;
using Prometheus;

namespace Perennial.Background.Triggers;

/// <summary>What decisions tell Prometheus.</summary>
internal static class TriggerMetrics
{
    public static readonly Gauge Value = Metrics.CreateGauge(
        "perennial_trigger_value", "What each trigger measures: images (firstRun, amount), effect size (drift), points lost (performance), 1 when due (schedule).", "trigger");

    public static readonly Gauge Threshold = Metrics.CreateGauge(
        "perennial_trigger_threshold", "The value from which each trigger asks for a run.", "trigger");

    public static readonly Counter Decisions = Metrics.CreateCounter(
        "perennial_trigger_decisions_total", "What was decided on each trigger: wait (it asks for nothing), hold (it asks, something speaks against it), start.", "trigger", "decision");

    public static readonly Gauge DriftEffectSize = Metrics.CreateGauge(
        "perennial_drift_effect_size_ratio", "MMD² of new against old images over that of old against old ones; 1 is usual.");

    public static readonly Gauge DriftSquaredMmd = Metrics.CreateGauge(
        "perennial_drift_squared_mmd", "MMD² of new images against those that the serving generation learned from.");

    public static readonly Gauge NewcomerAccuracy = Metrics.CreateGauge(
        "perennial_newcomer_knn_accuracy_ratio", "kNN accuracy of the serving generation on labelled newcomers.");

    public static readonly Gauge CooldownLeft = Metrics.CreateGauge(
        "perennial_trigger_cooldown_left_seconds", "Seconds until the pause after the last automatic run is over.");

    public static readonly Gauge LearningSpent = Metrics.CreateGauge(
        "perennial_learning_last_day_seconds", "Seconds of the last 24 hours in which a run was at work.");

    /// <summary>Tells a decision and what it rests on.</summary>
    public static void Tell(TriggerFacts facts, Decision decision)
    {
        foreach (TriggerReading reading in decision.Readings)
        {
            string trigger = JsonNamingPolicy.CamelCase.ConvertName(reading.Trigger.ToString());
            Set(Value, trigger, reading.Value);
            Set(Threshold, trigger, reading.Threshold);
            if (reading.State == TriggerState.Off) continue;
            string word = reading.State == TriggerState.Waits ? "wait" : decision.Outcome == DecisionOutcome.Start ? "start" : "hold";
            Decisions.WithLabels(trigger, word).Inc();
        }
        if (facts.Drift?.Reading is { } drift)
        {
            DriftEffectSize.Set(drift.EffectSize);
            DriftSquaredMmd.Set(drift.SquaredMmd);
        }
        if (facts.Performance?.Accuracy is { } accuracy) NewcomerAccuracy.Set(accuracy);
        CooldownLeft.Set(facts.CooldownEnds is { } end ? Math.Max(0, (end - facts.Now).TotalSeconds) : 0);
        LearningSpent.Set(facts.Spent.TotalSeconds);
    }

    private static void Set(Gauge gauge, string trigger, double? value)
    {
        if (value is { } known) gauge.WithLabels(trigger).Set(known);
        else gauge.RemoveLabelled(trigger);
    }
}
