using Prometheus;

namespace Perennial.Background;

/// <summary>Keeps <c>perennial_index_lag_images</c> true: asked at each collection of metrics, so that nobody has to count in between.</summary>
internal sealed class LagReport(Rollout rollout)
{
    private volatile bool _on;

    public IDisposable Begin()
    {
        _on = true;
        Metrics.DefaultRegistry.AddBeforeCollectCallback(() =>
        {
            if (_on && rollout.Current is { } current) RunMetrics.IndexLag.Set(current.Space.Lag);
        });
        return new End(this);
    }

    private sealed class End(LagReport report) : IDisposable
    {
        public void Dispose() => report._on = false;
    }
}
