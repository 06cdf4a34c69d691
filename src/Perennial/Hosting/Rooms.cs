using Perennial.Access;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Search;

namespace Perennial.Hosting;

/// <summary>What the data directory holds, one singleton each.</summary>
internal static class Rooms
{
    public static IServiceCollection AddRooms(this IServiceCollection services, PerennialOptions options)
    {
        string data = Path.GetFullPath(options.DataDirectory);
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options.Images);
        services.AddSingleton(new KeyRing(options.Keys));
        services.AddSingleton(_ => new DataDirectoryLock(data));
        services.AddSingleton(provider =>
        {
            _ = provider.GetRequiredService<DataDirectoryLock>(); // before anything is opened or repaired
            return Catalogue.Open(data, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<ImageCorpus>();
        services.AddSingleton(_ => new GenerationStore(Path.Combine(data, "models")));
        services.AddSingleton<IVectorIndex>(_ => new EmbeddedVectorIndex(Path.Combine(data, "index"), options.Index));
        services.AddSingleton<PromotionRecord>();
        return services;
    }
}
