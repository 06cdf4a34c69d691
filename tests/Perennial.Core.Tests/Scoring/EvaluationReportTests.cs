using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

public sealed class EvaluationReportTests : IDisposable
{
    private static readonly Scores Scores = new() { KnnAccuracy = 0.45, ViewRecall = 0.9, RankMe = 38.6, Alignment = 0.4, Uniformity = -2.5, EmbeddingStd = 0.08, TestImages = 2000, LabelledTestImages = 500 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_report_is_read_as_it_was_written()
    {
        EvaluationReport report = new() { Old = Scores with { KnnAccuracy = null }, New = Scores, Baselines = new Baselines(0.358, null), Verdict = new Verdict(false, ["kNN accuracy fell from 0.5 to 0.45."]) };
        report.Write(_folder.File("evaluation.json"));

        EvaluationReport read = EvaluationReport.Read(_folder.File("evaluation.json"));

        Assert.Equal((report.Old, report.New, report.Baselines), (read.Old, read.New, read.Baselines));
        Assert.False(read.Verdict.Accepted);
        Assert.Equal(report.Verdict.Reasons, read.Verdict.Reasons);
        Assert.Contains("\"knnAccuracy\": 0.45", File.ReadAllText(_folder.File("evaluation.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"new\":null,\"verdict\":null}")]
    public void Something_that_is_not_a_report_is_refused(string json)
    {
        File.WriteAllText(_folder.File("evaluation.json"), json);
        Assert.Throws<InvalidDataException>(() => EvaluationReport.Read(_folder.File("evaluation.json")));
    }
}
