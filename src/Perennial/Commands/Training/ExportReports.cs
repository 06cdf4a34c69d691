using Perennial.Commands.Terminals;

namespace Perennial.Commands.Training;

/// <summary>Passes on what quantising finds on its way.</summary>
internal sealed class ExportReports(IStep step) : IProgress<string>
{
    private int _told;

    public void Report(string value) => step.At(++_told, value);
}
