namespace Perennial.Background;

/// <summary>The loop's life in the host: what was promoted serves before the first request is taken; at the end the run at hand is left with a checkpoint.</summary>
internal sealed class LearningService(StartUp startUp, RunOrchestrator orchestrator, Rollout rollout, LagReport lag) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await startUp.OpenAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await rollout.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using IDisposable reporting = lag.Begin();
        await orchestrator.WorkAsync(stoppingToken);
    }
}
