using Microsoft.Extensions.DependencyInjection.Extensions;
using Perennial.Background.Triggers;
using Perennial.Core.Corpus;
using Perennial.Core.Search.Bridges;
using Perennial.Hosting;
using Perennial.Inference.Engines;
using Perennial.Telemetry;

namespace Perennial.Background;

/// <summary>Registers what learns and what follows. Needs the rooms of the data directory.</summary>
internal static class LearningLoop
{
    public static IServiceCollection AddLearningLoop(this IServiceCollection services)
    {
        services.TryAddSingleton(new BackgroundOptions());
        services.TryAddSingleton(provider =>
        {
            PerennialOptions options = provider.GetRequiredService<PerennialOptions>();
            EngineOptions engine = options.Engine with
            {
                MaxBatch = options.Batching.MaxBatch,
                CacheFolder = options.Engine.CacheFolder ?? Path.Combine(Path.GetFullPath(options.DataDirectory), "cache", "tensorrt"),
            };
            return new ServingOptions(engine, options.Batching, BatchMetrics.ObserverOf(provider.GetService<TritonAliases>()));
        });
        services.AddSingleton<Serving>();
        services.AddSingleton<CorpusSignal>();
        services.AddSingleton<Rollout>();
        services.AddSingleton<RunStore>();
        services.AddSingleton(provider => new RunFolders(provider.GetRequiredService<Catalogue>().DataDirectory));
        services.AddSingleton<RunLog>();
        services.AddSingleton<PolicyStore>();
        services.AddSingleton<RunAdmission>();
        services.AddSingleton<LearnerProcess>();
        services.AddSingleton<LearnerSupervisor>();
        services.AddSingleton<Reindexing>();
        services.AddSingleton(provider => new BridgeStore(Path.Combine(provider.GetRequiredService<Catalogue>().DataDirectory, "bridges")));
        services.AddSingleton<Bridging>();
        services.AddSingleton<Retention>();
        services.AddSingleton<RunExecution>();
        services.AddSingleton<RunOrchestrator>();
        services.AddSingleton<StartUp>();
        services.AddSingleton<LagReport>();
        services.AddSingleton<CorpusHistory>();
        services.AddSingleton<DecisionStore>();
        services.AddSingleton<ScheduleMemory>();
        services.AddSingleton<TriggerSurvey>();
        services.AddSingleton<TriggerEvaluator>();
        services.AddHostedService<LearningService>();
        services.AddHostedService<TriggerService>(); // after the one that brings up what serves
        return services;
    }
}
