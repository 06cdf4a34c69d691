namespace Perennial.Background.Triggers;

/// <summary>Looks whether to learn: at start, when the corpus or the policy has changed, and from time to time. Never in the way of a request.</summary>
internal sealed class TriggerService : BackgroundService
{
    /// <summary>Images come in batches: one look for all that come within this time.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(30);

    private readonly TriggerEvaluator _evaluator;
    private readonly CorpusSignal _signal;
    private readonly TimeProvider _time;
    private readonly ILogger<TriggerService> _log;

    public TriggerService(TriggerEvaluator evaluator, CorpusSignal signal, PolicyStore policies, TimeProvider time, ILogger<TriggerService> log)
    {
        (_evaluator, _signal, _time, _log) = (evaluator, signal, time, log);
        policies.Changed += signal.Ring;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            Task rung = _signal.Next();
            TimeSpan pause;
            try
            {
                pause = await _evaluator.LookAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                pause = AfterFault;
                DecisionLog.Fault(_log, pause.TotalSeconds, fault);
            }
            catch
            {
                return; // whatever a look throws while the server stops
            }
            using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            if (await Task.WhenAny(rung, Task.Delay(pause, _time, waiting.Token)) == rung)
                await Task.Delay(Settling, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await waiting.CancelAsync();
        }
    }
}
