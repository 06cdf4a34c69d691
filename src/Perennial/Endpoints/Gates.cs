using Perennial.Hosting;

namespace Perennial.Endpoints;

/// <summary>The two kinds of work that occupy a thread for long.</summary>
internal sealed class Gates(PerennialOptions options)
{
    /// <summary>Images to tiles. Who waits here holds a permit of the batch queue, which bounds them.</summary>
    public WorkGate Decoding { get; } = new(Environment.ProcessorCount, mayWait: null);

    /// <summary>Storing images, and thumbnails.</summary>
    public WorkGate Writing { get; } = new(Environment.ProcessorCount, options.Limits.MaxWaitingWrites);
}
