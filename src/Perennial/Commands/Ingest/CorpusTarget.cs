using System.Text.Json.Nodes;
using Perennial.Core.Corpus;
using Perennial.Core.Images;

namespace Perennial.Commands.Ingest;

/// <summary>Stores into a data directory; a service that runs on it notices.</summary>
internal sealed class CorpusTarget : IIngestTarget
{
    private readonly Catalogue _catalogue;
    private readonly ImageCorpus _corpus;

    public CorpusTarget(string dataDirectory)
    {
        _catalogue = Catalogue.Open(dataDirectory);
        _corpus = new ImageCorpus(_catalogue, new ImageLimits(), TimeProvider.System);
    }

    public Task<IReadOnlyList<AddOutcome>> AddAsync(IReadOnlyList<DatasetImage> images, CancellationToken cancellationToken)
        => Task.Run(() => _corpus.Add([.. images.Select(image => new IncomingImage(image.Bytes, image.Label, new JsonObject { ["file"] = image.Name }))]), cancellationToken);

    public void Dispose() => _catalogue.Dispose();
}
