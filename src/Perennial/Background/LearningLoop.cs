using Microsoft.Extensions.DependencyInjection.Extensions;
using Perennial.Core.Corpus;
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
        services.AddSingleton<RunExecution>();
        services.AddSingleton<RunOrchestrator>();
        services.AddSingleton<StartUp>();
        services.AddSingleton<LagReport>();
        services.AddHostedService<LearningService>();
        return services;
    }
}
