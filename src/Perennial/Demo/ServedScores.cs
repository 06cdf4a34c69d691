using Perennial.Client;
using Perennial.Commands.Terminals;
using Perennial.Demo.Samples;
using static Perennial.Client.Answers;

namespace Perennial.Demo;

/// <summary>What the service's own answers are worth, measured from outside: every query is sent to <c>/search</c> and its hits vote.</summary>
/// <param name="Generation">That answered.</param>
/// <param name="Knn">Accuracy of the hits' votes, each weighing exp(cosine / 0.1), k = 20; [0, 1].</param>
/// <param name="PrecisionAt10">Share of the ten best hits that are of the query's family, [0, 1].</param>
internal sealed record ServedScores(int Generation, double Knn, double PrecisionAt10)
{
    public const int K = 20;
    public const double Temperature = 0.1;

    /// <param name="client">The service.</param>
    /// <param name="queries">With their families.</param>
    /// <param name="families">Family of each image in the corpus, by id.</param>
    /// <param name="title">Of the progress bar.</param>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="cancellationToken">Stops between two queries.</param>
    public static Task<ServedScores> MeasureAsync(
        PerennialClient client, IReadOnlyList<Sample> queries, IReadOnlyDictionary<string, string> families, string title, Terminal terminal, CancellationToken cancellationToken) =>
        terminal.StepAsync(title, "queries", queries.Count, async step =>
        {
            int right = 0, generation = 0, done = 0;
            double precision = 0;
            foreach (Sample query in queries)
            {
                Hits hits = await client.SearchAsync(query.Bytes, K, cancellationToken);
                generation = hits.Generation;
                string? elected = hits.Items.GroupBy(hit => families[hit.Id]).MaxBy(votes => votes.Sum(hit => Math.Exp((hit.Score - 1) / Temperature)))?.Key;
                if (elected == query.Family) right++;
                precision += hits.Items.Take(10).Average(hit => families[hit.Id] == query.Family ? 1.0 : 0.0);
                step.At(++done);
            }
            return new ServedScores(generation, right / (double)queries.Count, precision / queries.Count);
        });
}
