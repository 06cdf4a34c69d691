using System.Text.Json.Nodes;
using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Core.Tests.Images;

namespace Perennial.Core.Tests.Corpus;

public sealed class ImageCorpusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Catalogue _catalogue;
    private readonly ImageCorpus _corpus;

    public ImageCorpusTests()
    {
        _catalogue = Catalogue.Open(_folder.Path);
        _corpus = new ImageCorpus(_catalogue, new ImageLimits(), TimeProvider.System);
    }

    public void Dispose()
    {
        _catalogue.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_added_image_can_be_found_and_read()
    {
        var png = Pictures.Png(1, 12, 9);
        var outcome = Assert.Single(_corpus.Add([new IncomingImage(png, "cat", new JsonObject { ["camera"] = 7 })]));
        Assert.Equal(new AddOutcome(ImageId.Of(png), false, 12, 9, null, null), outcome);
        var record = _corpus.Find(outcome.Id!)!;
        Assert.Equal(("cat", 12, 9, "png", (long)png.Length), (record.Label, record.Width, record.Height, record.Format, record.Bytes));
        Assert.Equal(7, (int)record.Metadata!["camera"]!);
        Assert.Equal(png, _corpus.ReadOriginal(outcome.Id!));
    }

    [Fact]
    public void The_same_image_twice_is_one_image_with_its_first_label()
    {
        var png = Pictures.Png(1);
        var outcomes = _corpus.Add([new IncomingImage(png), new IncomingImage(png, "cat"), new IncomingImage(png, "dog")]);
        Assert.Equal([false, true, true], outcomes.Select(outcome => outcome.Duplicate));
        Assert.Equal(1, _corpus.Count);
        Assert.Equal("cat", _corpus.Find(outcomes[0].Id!)!.Label);
    }

    [Fact]
    public void A_refused_image_does_not_hold_up_the_others()
    {
        var outcomes = _corpus.Add([new IncomingImage(Pictures.Png(1)), new IncomingImage("text"u8.ToArray()), new IncomingImage(Pictures.Png(2), "a\tb")]);
        Assert.Equal([null, "unsupported_image", "invalid_request"], outcomes.Select(outcome => outcome.ErrorCode));
        Assert.Equal(1, _corpus.Count);
    }

    [Fact]
    public void A_deleted_image_is_gone_and_may_come_again()
    {
        var png = Pictures.Png(1);
        var id = _corpus.Add([new IncomingImage(png, "cat")])[0].Id!;
        Assert.True(_corpus.Delete(id));
        Assert.False(_corpus.Delete(id));
        Assert.Null(_corpus.Find(id));
        Assert.Null(_corpus.OriginalPath(id));
        Assert.Equal([new ImageChange(2, id, true)], _corpus.ChangesAfter(0, 10));
        Assert.False(_corpus.Add([new IncomingImage(png)])[0].Duplicate);
        Assert.Null(_corpus.Find(id)!.Label);
        Assert.Equal([new ImageChange(3, id, false)], _corpus.ChangesAfter(0, 10));
    }
}
