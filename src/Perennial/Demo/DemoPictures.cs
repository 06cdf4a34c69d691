using System.Security.Cryptography;
using Perennial.Commands;
using Perennial.Commands.Terminals;
using Perennial.Core.Corpus;
using Perennial.Demo.Samples;

namespace Perennial.Demo;

/// <summary>What the demo works on: a stock that the service is given, and queries that it never sees before it is asked.</summary>
/// <param name="Stock">Goes into the corpus, without its families.</param>
/// <param name="Queries">Kept back, to measure with.</param>
/// <param name="Labelled">Whether every picture has a family to score against.</param>
internal sealed record DemoPictures(IReadOnlyList<Sample> Stock, IReadOnlyList<Sample> Queries, bool Labelled)
{
    private const int SampleSeed = 7;
    private const int MostOfAPerson = 6000;
    private const int FewestOfAPerson = 300;
    private const double QueryShare = 0.1;

    /// <summary>Renders <paramref name="images"/> pictures of the demo's own, and a tenth as many queries.</summary>
    public static Task<DemoPictures> RenderAsync(int images, Terminal terminal, CancellationToken cancellationToken)
    {
        int queries = (int)(images * QueryShare), total = images + queries, done = 0;
        return terminal.StepAsync("render", "pictures", total, step => Task.Run(() =>
        {
            IReadOnlyList<Sample> all = SampleImages.Render(total, SampleSeed, () => step.At(Interlocked.Increment(ref done)), cancellationToken);
            return new DemoPictures([.. all.Take(images)], [.. all.Skip(images)], Labelled: true);
        }, cancellationToken));
    }

    /// <summary>Reads a person's own pictures; class folders, where there are any, only measure.</summary>
    /// <exception cref="UsageException">Fewer than 300.</exception>
    public static Task<DemoPictures> ReadAsync(string path, Terminal terminal, CancellationToken cancellationToken) =>
        terminal.StepAsync("read", "pictures", Dataset.CountHint(path), step => Task.Run(() =>
        {
            var all = new Dictionary<string, Sample>(StringComparer.Ordinal);
            foreach (DatasetImage image in Dataset.Read(path, cancellationToken))
            {
                all.TryAdd(Convert.ToHexString(SHA256.HashData(image.Bytes)), new Sample(image.Name, image.Label ?? "", image.Bytes));
                step.At(all.Count);
            }
            // By hash, so that a set which is ordered by class is taken evenly.
            Sample[] chosen = [.. all.OrderBy(entry => entry.Key, StringComparer.Ordinal).Take(MostOfAPerson).Select(entry => entry.Value)];
            if (chosen.Length < FewestOfAPerson)
                throw new UsageException($"{path} has {chosen.Length} different pictures; the demo needs {FewestOfAPerson} to learn from, and some thousands to learn well.");
            int queries = (int)(chosen.Length * QueryShare);
            bool labelled = chosen.All(sample => sample.Family.Length > 0) && chosen.Select(sample => sample.Family).Distinct().Take(2).Count() == 2;
            return new DemoPictures([.. chosen.Skip(queries)], [.. chosen.Take(queries)], labelled);
        }, cancellationToken));
}
