namespace Perennial.Bench;

/// <summary>One round of one scenario; rates in images a second, times in milliseconds.</summary>
/// <param name="InProcess">Decode and run in a plain loop: the faster of a loop a core with a thread each, and of one loop whose runs take all cores.</param>
/// <param name="Served">Over HTTP.</param>
/// <param name="ServedP50">Median of the calls over HTTP.</param>
/// <param name="ServedP99">99th percentile of the calls over HTTP.</param>
/// <param name="Failed">Calls over HTTP that failed.</param>
/// <param name="Node">The Node.js server; null without.</param>
/// <param name="IdleP50">One caller over HTTP, above the plain loop's: the median.</param>
/// <param name="IdleP99">One caller over HTTP, above the plain loop's: the 99th percentile.</param>
internal sealed record ServeFigures(double InProcess, double Served, double ServedP50, double ServedP99, int Failed, double? Node, double IdleP50, double IdleP99)
{
    public double OverInProcess => Served / InProcess;

    public double? OverNode => Served / Node;
}
