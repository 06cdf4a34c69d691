using Perennial.Endpoints;

namespace Perennial.Background.Triggers;

/// <summary>Decides whether to learn now, starts the run if so, and tells what was decided: kept, logged and measured.</summary>
internal sealed class TriggerEvaluator(
    TriggerSurvey survey, DecisionStore decisions, ScheduleMemory schedule, RunAdmission admission, RunOrchestrator orchestrator, PolicyStore policies, ILogger<TriggerEvaluator> log)
{
    /// <summary>Images from another process, and runs that end, are found by looking.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>One look. One caller at a time.</summary>
    /// <returns>When to look again at the latest.</returns>
    public async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        await survey.MeasureAsync(cancellationToken);
        TriggerFacts facts = survey.Facts();
        Decision decision = TriggerRules.Decide(facts);
        if (decision.Outcome == DecisionOutcome.Start) decision = Start(facts, decision);
        bool unused = decision.Readings.Single(reading => reading.Trigger == Trigger.Schedule).State == TriggerState.Waits;
        if (facts.Due is not null && (unused || decision.Outcome == DecisionOutcome.Start)) schedule.Settle(facts.Policy.Schedule, facts.Now);
        Tell(facts, decision);
        return NextLook(facts);
    }

    private Decision Start(TriggerFacts facts, Decision decision)
    {
        try
        {
            RunRequest request = admission.Admit(RunKind.Pretrain, recipe: null, overrides: [], PromotionRule.Auto) with { Trigger = decision.Trigger, Reason = decision.Reason };
            int queue = policies.Current.Limits.Queue;
            return orchestrator.Enqueue(request, queue) is { } run
                ? decision with { Run = run.Id }
                : TriggerRules.Decide(facts, new TriggerHold(HoldKind.QueueFull, $"A run has been queued meanwhile, or {queue} wait already."));
        }
        catch (ProblemException refused)
        {
            return TriggerRules.Decide(facts, new TriggerHold(HoldKind.NotAdmitted, refused.Message));
        }
    }

    private void Tell(TriggerFacts facts, Decision decision)
    {
        (Decision kept, bool isNew) = decisions.Keep(decision);
        TriggerMetrics.Tell(facts, kept);
        string figures = DecisionLog.Figures(kept);
        if (isNew) DecisionLog.Decided(log, kept.Id, kept.Outcome, kept.Reason, figures);
        else DecisionLog.DecidedAgain(log, kept.Id, kept.Outcome, kept.Reason, figures);
    }

    private static TimeSpan NextLook(TriggerFacts facts)
    {
        DateTimeOffset next = facts.Now + LookEvery;
        foreach (DateTimeOffset? known in new[] { facts.NextScheduled, facts.CooldownEnds })
        {
            if (known > facts.Now && known < next) next = known.Value;
        }
        return next - facts.Now;
    }
}
