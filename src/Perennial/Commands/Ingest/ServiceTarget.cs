using System.Text.Json.Nodes;
using Perennial.Client;
using Perennial.Core.Corpus;

namespace Perennial.Commands.Ingest;

/// <summary>Sends to a running service.</summary>
internal sealed class ServiceTarget(PerennialClient client) : IIngestTarget
{
    public async Task<IReadOnlyList<AddOutcome>> AddAsync(IReadOnlyList<DatasetImage> images, CancellationToken cancellationToken)
    {
        Upload[] uploads = [.. images.Select(image => new Upload(image.Name, image.Bytes, image.Label, new JsonObject { ["file"] = image.Name }))];
        IReadOnlyList<Answers.AddedImage> added = await client.AddDescribedAsync(uploads, cancellationToken);
        return [.. added.Select(image => new AddOutcome(image.Id, image.Duplicate, image.Width, image.Height, image.Error?.Code, image.Error?.Message))];
    }

    public void Dispose() => client.Dispose();
}
