using Perennial.Core.Corpus;

namespace Perennial.Commands.Ingest;

/// <summary>Where ingested images go: a running service, or a data directory on this machine.</summary>
internal interface IIngestTarget : IDisposable
{
    /// <summary>One outcome an image, in their order.</summary>
    Task<IReadOnlyList<AddOutcome>> AddAsync(IReadOnlyList<DatasetImage> images, CancellationToken cancellationToken);
}
